internal import CKernels

/// Whether each element of a tensor is positive, in one bit.
struct SignBits: Sendable {
  private let shape: [Int]
  /// As many floats as hold the bits.
  private let packed: Tensor

  init(_ tensor: Tensor) {
    shape = tensor.shape
    let count = tensor.count
    var packed = Tensor(uninitialized: [(count + 31) / 32])
    unsafe RowPass.whole.withPointers(writing: &packed, reading: tensor) { _, packed, x in
      unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count / 8 + 1) { packed in
        // A multiple of 8, so that no two tasks write to one byte.
        parallelRows(count, grain: Tensor.grain) { rows in
          unsafe relic_pack_signs(rows.count, x + rows.lowerBound, packed + rows.lowerBound / 8)
        }
      }
    }
    self.packed = packed
  }

  /// A tensor of 1 where the element was positive, else 0.
  var tensor: Tensor {
    var x = Tensor(uninitialized: shape)
    let count = x.count
    unsafe RowPass.whole.withPointers(writing: &x, reading: packed) { _, x, packed in
      unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count / 8 + 1) { packed in
        parallelRows(count, grain: Tensor.grain) { rows in
          unsafe relic_unpack_signs(rows.count, packed + rows.lowerBound / 8, x + rows.lowerBound)
        }
      }
    }
    return x
  }
}
