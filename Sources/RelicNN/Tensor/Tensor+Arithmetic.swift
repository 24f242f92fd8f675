internal import CKernels

extension Tensor {
  /// Elements handled by one task of an elementwise operation.
  static let grain = 1 << 16

  /// Adds `scale · other` to this tensor.
  mutating func add(_ other: Tensor, scaledBy scale: Float = 1) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    unsafe update(with: other) { count, x, y in unsafe relic_add_scaled(count, scale, x, y) }
  }

  /// Returns this tensor times a number.
  func scaled(by factor: Float) -> Tensor {
    guard factor != 1 else { return self }
    var result = self
    unsafe result.withMutableElements { elements in
      for index in elements.indices { unsafe elements[index] *= factor }
    }
    return result
  }

  /// Moves every element by `rate` of its distance to the one of `other`.
  ///
  /// `y = y + rate · (x - y)`, as `torch.lerp` computes it for rates below one half.
  mutating func move(towards other: Tensor, rate: Float) {
    precondition(shape == other.shape, "cannot move \(shape) towards \(other.shape)")
    unsafe update(with: other) { count, x, y in unsafe relic_move_towards(count, rate, x, y) }
  }

  private mutating func update(
    with other: Tensor,
    _ kernel: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = self.count
    unsafe withMutableElements { y in
      unsafe other.withElements { x in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        parallelRows(count, grain: Self.grain) { range in
          unsafe kernel(range.count, x + range.lowerBound, y + range.lowerBound)
        }
      }
    }
  }
}
