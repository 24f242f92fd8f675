internal import CKernels

/// Whether each element of a tensor is positive, in one bit.
struct SignBits: Sendable {
  let shape: [Int]
  /// As many floats as hold the bits.
  private let packed: Tensor

  /// The bits that lie in `packed`.
  init(_ shape: [Int], packed: Tensor) {
    (self.shape, self.packed) = (shape, packed)
  }

  init(_ tensor: Tensor) {
    let count = tensor.count
    var packed = Self.room(count)
    unsafe RowPass.whole.withPointers(writing: &packed, reading: tensor) { _, packed, x in
      unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count / 8 + 1) { packed in
        // A multiple of 8, so that no two tasks write to one byte.
        parallelRows(count, grain: Tensor.grain) { rows in
          unsafe relic_pack_signs(rows.count, x + rows.lowerBound, packed + rows.lowerBound / 8)
        }
      }
    }
    self.init(tensor.shape, packed: packed)
  }

  /// Returns what holds so many bits.
  static func room(_ count: Int) -> Tensor { Tensor(uninitialized: [(count + 31) / 32]) }

  /// A tensor of 1 where the element was positive, else 0.
  var tensor: Tensor {
    var x = Tensor(uninitialized: shape)
    let count = x.count
    unsafe RowPass.whole.withPointers(writing: &x) { _, x in
      parallelRows(count, grain: Tensor.grain) { rows in
        _ = unsafe floats(rows, scratch: x + rows.lowerBound)
      }
    }
    return x
  }
}

extension SignBits: FloatSource {
  var count: Int { shape.reduce(1, *) }

  @unsafe func floats(
    _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let bytes = unsafe UnsafeRawPointer(packed.start).assumingMemoryBound(to: UInt8.self)
    // From the first whole byte on.
    let extra = range.lowerBound % 8
    unsafe relic_unpack_signs(range.count + extra, bytes + range.lowerBound / 8, scratch)
    return unsafe UnsafePointer(scratch + extra)
  }
}
