internal import CKernels

extension relic_sums {
  /// Floats, written or added from `floats` on.
  init(floats: UnsafeMutablePointer<Float>?, stride: Int, adds: Bool = false) {
    unsafe self.init()
    unsafe self.floats = floats
    unsafe self.stride = stride
    unsafe self.adds = adds ? 1 : 0
  }

  /// Numbers of IEEE binary16, written from `half` on.
  init(half: UnsafeMutablePointer<UInt16>, stride: Int) {
    unsafe self.init()
    unsafe self.half = half
    unsafe self.stride = stride
  }

  /// bfloat16 numbers, written from `rounded` on: the sums scaled and shifted for each column, a
  /// residual that lies as they do added, and the activation taken.
  init(
    rounded: UnsafeMutablePointer<UInt16>, stride: Int, scales: UnsafePointer<Float>,
    shifts: UnsafePointer<Float>, residual: UnsafePointer<UInt16>?, activation: Activation
  ) {
    unsafe self.init()
    unsafe self.rounded = rounded
    unsafe self.stride = stride
    unsafe scale = scales
    unsafe shift = shifts
    unsafe self.residual = residual
    unsafe self.activation = activation.kernel
  }

  /// The part from an element on.
  func from(row: Int, column: Int) -> relic_sums {
    let place = unsafe row * stride + column
    var part = unsafe self
    unsafe part.floats = floats.map { unsafe $0 + place }
    unsafe part.rounded = rounded.map { unsafe $0 + place }
    unsafe part.half = half.map { unsafe $0 + place }
    unsafe part.residual = residual.map { unsafe $0 + place }
    unsafe part.scale = scale.map { unsafe $0 + column }
    unsafe part.shift = shift.map { unsafe $0 + column }
    return unsafe part
  }
}
