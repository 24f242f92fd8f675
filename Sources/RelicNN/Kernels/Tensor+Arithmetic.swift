internal import CKernels
internal import Synchronization

extension Tensor {
  /// Adds `scale · other` to this tensor.
  public mutating func add(_ other: Tensor, scaledBy scale: Float = 1) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    unsafe RowPass(elementsOf: self).withPointers(writing: &self, reading: other) { chunk, y, x in
      unsafe relic_add_scaled(chunk.rows.count, scale, x, y)
    }
  }

  /// Returns this tensor times a number.
  public func scaled(by factor: Float) -> Tensor {
    guard factor != 1 else { return self }
    var result = self
    RowPass(elementsOf: self).forEachChunk(writing: &result) { _, y in
      for index in y.indices { y[index] *= factor }
    }
    return result
  }

  /// Returns every image times a factor of its own, plus `other` if there is one.
  func scaled(byImage factors: [Float], adding other: Tensor?) -> Tensor {
    precondition(
      factors.count == ImageShape(shape).images, "\(factors.count) factors for \(shape)")
    var result = Tensor(uninitialized: shape)
    let size = count / max(factors.count, 1)
    unsafe RowPass(rows: factors.count).withPointers(
      writing: &result, reading: self, other
    ) { chunk, y, x, other in
      unsafe relic_weigh(size, factors[chunk.index], x, other, y)
    }
    return result
  }

  /// Moves every element by `rate` of its distance to the one of `other`.
  ///
  /// `y = y + rate · (x - y)`, as `torch.lerp` computes it for rates below one half.
  mutating func move(towards other: Tensor, rate: Float) {
    precondition(shape == other.shape, "cannot move \(shape) towards \(other.shape)")
    unsafe RowPass(elementsOf: self).withPointers(writing: &self, reading: other) { chunk, y, x in
      unsafe relic_move_towards(chunk.rows.count, rate, x, y)
    }
  }

  /// Returns the sum of all rows of the last axis, shape `[width]` for `[…, width]`.
  public func summedRows() -> Tensor {
    let width = shape.last ?? 1
    var sums = Tensor(uninitialized: [width])
    unsafe RowPass.whole.withPointers(writing: &sums, reading: self) { _, sums, x in
      unsafe relic_sum_rows(count / width, width, x, sums)
    }
    return sums
  }

  /// The sum of all elements.
  var sum: Double {
    unsafe withElements { x in unsafe x.reduce(0.0) { $0 + Double($1) } }
  }

  /// Returns the sum of the products with the elements of another tensor of this shape.
  func dot(_ other: Tensor) -> Double {
    precondition(shape == other.shape, "no product of \(shape) and \(other.shape)")
    return unsafe withElements { x in
      unsafe other.withElements { y in
        x.indices.reduce(0.0) { unsafe $0 + Double(x[$1]) * Double(y[$1]) }
      }
    }
  }

  /// Whether every element is finite.
  var isFinite: Bool {
    let found = Atomic(true)
    unsafe RowPass(elementsOf: self).withPointers(reading: self) { chunk, x in
      if unsafe relic_is_finite(chunk.rows.count, x) == 0 {
        found.store(false, ordering: .relaxed)
      }
    }
    return found.load(ordering: .relaxed)
  }
}
