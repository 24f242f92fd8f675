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

  /// Rounds the input of a rectified normalisation, which opens for the rounded numbers exactly
  /// where it did for `z`: one that rounding would carry across takes its other neighbour.
  init(_ z: Tensor, rectifiedBy normalization: Normalization) {
    shape = z.shape
    let (count, channels) = (z.count, normalization.channels)
    let stride = normalization.views * channels
    var packed = Tensor(uninitialized: [(count + 1) / 2])
    unsafe RowPass.whole.withPointers(writing: &packed) { _, packed in
      unsafe packed.withMemoryRebound(to: UInt16.self, capacity: count) { packed in
        unsafe normalization.pass(count).withPointers(
          reading: z, Shared(normalization.parameters)
        ) { chunk, z, scales in
          let scale = unsafe scales + chunk.block * channels
          unsafe relic_to_half_by_sign(
            chunk.rows.count, channels, z, scale, scale + stride,
            packed + chunk.rows.lowerBound * channels)
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
