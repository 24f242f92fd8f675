internal import CKernels

/// A tensor's elements rounded to IEEE binary16.
struct HalfPrecision: Sendable {
  private let shape: [Int]
  /// As many floats as hold the packed numbers.
  private let packed: Tensor

  /// Rounds to nearest even; what does not fit becomes infinite.
  init(_ tensor: Tensor) {
    shape = tensor.shape
    let count = tensor.count
    var packed = Tensor(uninitialized: [(count + 1) / 2])
    unsafe RowPass.whole.withPointers(writing: &packed, reading: tensor) { _, packed, x in
      unsafe packed.withMemoryRebound(to: UInt16.self, capacity: count) { packed in
        parallelRows(count, grain: Tensor.grain) { rows in
          unsafe relic_to_half(rows.count, x + rows.lowerBound, packed + rows.lowerBound)
        }
      }
    }
    self.packed = packed
  }

  /// The numbers in single precision, which holds each exactly.
  var tensor: Tensor {
    var x = Tensor(uninitialized: shape)
    let count = x.count
    unsafe RowPass.whole.withPointers(writing: &x, reading: packed) { _, x, packed in
      unsafe packed.withMemoryRebound(to: UInt16.self, capacity: count) { packed in
        parallelRows(count, grain: Tensor.grain) { rows in
          unsafe relic_from_half(rows.count, packed + rows.lowerBound, x + rows.lowerBound)
        }
      }
    }
    return x
  }
}
