internal import CKernels

/// A tensor between its forward and its backward pass.
struct SavedActivation: Sendable {
  /// How much of a tensor is kept.
  enum Form: Sendable {
    /// All of it, shared with whoever else holds it.
    case whole
    /// Rounded to IEEE binary16.
    case half
    /// Whether each element is positive; read back as 1 and 0.
    case signs
  }

  private let form: Form
  private let shape: [Int]
  /// The tensor itself, or as many floats as hold its packed bytes.
  private let content: Tensor

  init(_ tensor: Tensor, as form: Form) {
    self.form = form
    shape = tensor.shape
    content =
      switch form {
      case .whole: tensor
      case .half:
        unsafe Self.converted(tensor, words: (tensor.count + 1) / 2) { range, x, packed in
          unsafe packed.withMemoryRebound(to: UInt16.self, capacity: tensor.count) {
            unsafe relic_to_half(range.count, x + range.lowerBound, $0 + range.lowerBound)
          }
        }
      case .signs:
        unsafe Self.converted(tensor, words: (tensor.count + 31) / 32) { range, x, packed in
          unsafe packed.withMemoryRebound(to: UInt8.self, capacity: tensor.count / 8 + 1) {
            unsafe relic_pack_signs(range.count, x + range.lowerBound, $0 + range.lowerBound / 8)
          }
        }
      }
  }

  /// The tensor as it was kept.
  var tensor: Tensor {
    let count = shape.reduce(1, *)
    return switch form {
    case .whole: content
    case .half:
      unsafe Self.converted(content, words: count, tasks: count) { range, packed, x in
        unsafe packed.withMemoryRebound(to: UInt16.self, capacity: count) {
          unsafe relic_from_half(range.count, $0 + range.lowerBound, x + range.lowerBound)
        }
      }.reshaped(shape)
    case .signs:
      unsafe Self.converted(content, words: count, tasks: count) { range, packed, x in
        unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count / 8 + 1) {
          unsafe relic_unpack_signs(range.count, $0 + range.lowerBound / 8, x + range.lowerBound)
        }
      }.reshaped(shape)
    }
  }

  /// Returns `words` floats filled by `body` over ranges of elements, on all workers.
  private static func converted(
    _ source: Tensor, words: Int, tasks: Int? = nil,
    _ body: (Range<Int>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    var result = Tensor(uninitialized: [words])
    unsafe result.withMutableElements { destination in
      unsafe source.withElements { source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        parallelRows(tasks ?? source.count, grain: Tensor.grain) { unsafe body($0, from, to) }
      }
    }
    return result
  }
}
