internal import CKernels

/// A dense, row-major array of bfloat16 numbers that nobody changes once they are written.
///
/// bfloat16 is the upper half of a `Float`: its range with 8 bits of precision.
package struct BFloat16Tensor: Sendable {
  /// The extent of each axis, outermost first.
  package let shape: [Int]
  /// The number of elements.
  package let count: Int

  private let storage: Storage

  /// The numbers that lie in `storage`, two to a float, with room for one more: kernels read an odd
  /// last element with what follows it.
  init(_ shape: [Int], storage: Storage) {
    (self.shape, self.storage) = (shape, storage)
    count = shape.reduce(1, *)
  }

  /// Creates a tensor whose elements `write` writes.
  init(_ shape: [Int], write: (UnsafeMutablePointer<UInt16>) -> Void) {
    self.init(shape, storage: Storage(count: shape.reduce(1, *) / 2 + 1))
    unsafe write(storage.halves)
  }

  /// Rounds to nearest even; what is too small becomes 0, what is too large infinite.
  package init(_ tensor: Tensor) {
    unsafe self.init(tensor.shape) { rounded in
      unsafe RowPass.whole.withPointers(reading: tensor) { _, x in
        parallelRows(tensor.count, grain: Tensor.grain) { rows in
          unsafe relic_to_bfloat16(rows.count, x + rows.lowerBound, rounded + rows.lowerBound)
        }
      }
    }
  }

  /// The numbers in single precision, which holds each exactly.
  package var tensor: Tensor {
    var x = Tensor(uninitialized: shape)
    unsafe RowPass.whole.withPointers(writing: &x, reading: self) { _, x, rounded in
      parallelRows(count, grain: Tensor.grain) { rows in
        unsafe relic_from_bfloat16(rows.count, rounded + rows.lowerBound, x + rows.lowerBound)
      }
    }
    return x
  }

  /// What is the same of tensors that share their elements.
  var storageIdentity: ObjectIdentifier { ObjectIdentifier(storage) }

  /// The first element, valid while somebody holds this tensor.
  @unsafe var start: UnsafePointer<UInt16> { unsafe UnsafePointer(storage.halves) }
}

extension BFloat16Tensor: @unsafe PassOperand {
  @unsafe func place(ofRow row: Int, of rows: Int) -> UnsafePointer<UInt16> {
    unsafe start + row * (count / rows)
  }
}

extension BFloat16Tensor: FloatSource {
  @unsafe func floats(
    _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    unsafe relic_from_bfloat16(range.count, start + range.lowerBound, scratch)
    return unsafe UnsafePointer(scratch)
  }
}

extension Storage {
  /// The block as 16-bit numbers, two to a float.
  @unsafe var halves: UnsafeMutablePointer<UInt16> {
    unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt16.self)
  }
}
