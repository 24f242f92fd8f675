internal import CKernels

// Each as Pillow computes it, to the last bit.
extension PlanarImage {
  /// Multiplies every value.
  mutating func adjustBrightness(by factor: Float) {
    unsafe relic_adjust_brightness(area, factor, &planes)
  }

  /// Multiplies every value's distance from the image's mean luma.
  mutating func adjustContrast(by factor: Float) {
    unsafe relic_adjust_contrast(area, factor, &planes)
  }

  /// Multiplies every value's distance from its pixel's luma.
  mutating func adjustSaturation(by factor: Float) {
    unsafe relic_adjust_saturation(area, factor, &planes)
  }

  /// Adds `shift` / 255 turns to the hue, modulo 256 of these units.
  mutating func adjustHue(by shift: UInt8) { unsafe relic_adjust_hue(area, shift, &planes) }

  /// Replaces each pixel by its ITU-R 601 luma.
  mutating func makeGray() { unsafe relic_make_gray(area, &planes) }

  /// Inverts every value of at least `threshold`.
  mutating func solarize(from threshold: UInt8) {
    unsafe relic_solarize(planes.count, threshold, &planes)
  }
}
