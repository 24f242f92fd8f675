internal import CKernels

/// A tensor's elements rounded to IEEE binary16.
package struct HalfPrecision: Sendable {
  let shape: [Int]
  /// As many floats as hold the packed numbers.
  private let packed: Tensor

  /// The numbers that lie in `packed`, two to a float.
  init(_ shape: [Int], packed: Tensor) {
    (self.shape, self.packed) = (shape, packed)
  }

  /// Creates a tensor whose elements `write` writes.
  init(_ shape: [Int], write: (UnsafeMutablePointer<UInt16>) -> Void) {
    let count = shape.reduce(1, *)
    var packed = Self.room(count)
    unsafe RowPass.whole.withPointers(writing: &packed) { _, packed in
      unsafe packed.withMemoryRebound(to: UInt16.self, capacity: count) { unsafe write($0) }
    }
    self.init(shape, packed: packed)
  }

  /// Rounds to nearest even; what does not fit becomes infinite.
  init(_ tensor: Tensor) {
    unsafe self.init(tensor.shape) { numbers in
      unsafe RowPass.whole.withPointers(reading: tensor) { _, x in
        parallelRows(tensor.count, grain: Tensor.grain) { rows in
          unsafe relic_to_half(rows.count, x + rows.lowerBound, numbers + rows.lowerBound)
        }
      }
    }
  }

  /// Returns what holds so many numbers.
  static func room(_ count: Int) -> Tensor { Tensor(uninitialized: [(count + 1) / 2]) }

  /// The numbers in single precision, which holds each exactly.
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

extension HalfPrecision: FloatSource {
  var count: Int { shape.reduce(1, *) }

  @unsafe func floats(
    _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let numbers = unsafe UnsafeRawPointer(packed.start).assumingMemoryBound(to: UInt16.self)
    unsafe relic_from_half(range.count, numbers + range.lowerBound, scratch)
    return unsafe UnsafePointer(scratch)
  }
}
