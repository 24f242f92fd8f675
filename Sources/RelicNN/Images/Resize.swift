/// Bilinear resizing with antialiasing, equal to Pillow's to the last bit.
///
/// Pillow 13's `Image.resize(size, BILINEAR)`: a triangle filter as wide as the scale, in 22-bit
/// fixed point, along one axis and then along the other, rounded to 8 bits after each. x comes
/// first, as in every Pillow before 13, unless the height loses more than twice the pixels that the
/// width does.
struct Resize {
  private var passes = ResizePasses()
  private var shortened: [UInt8] = []

  /// Writes the part `crop` of `source` into `output`, at its size.
  ///
  /// - Parameters:
  ///   - crop: Cut out before resizing, so pixels outside it count for nothing.
  ///   - source: The image to read.
  ///   - isMirrored: Whether left and right change places.
  ///   - output: The image to fill.
  mutating func apply(
    _ crop: CropRectangle, of source: RGBImage, isMirrored: Bool, to output: inout PlanarImage
  ) {
    precondition(
      crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0
        && crop.x + crop.width <= source.width && crop.y + crop.height <= source.height,
      "crop \(crop) leaves an image of \(source.width)x\(source.height)")
    let pixels = source.pixels.span
      .extracting(droppingFirst: 3 * (crop.y * source.width + crop.x))
    let stride = 3 * source.width
    let x = ResizeAxis(from: crop.width, to: output.width, isMirrored: isMirrored)
    let y = ResizeAxis(from: crop.height, to: output.height)
    guard crop.height - output.height > max(0, 2 * (crop.width - output.width)) else {
      return passes.fill(&output, from: pixels, stride: stride, along: x, y)
    }
    passes.shorten(pixels, stride: stride, width: crop.width, along: y, into: &shortened)
    let short = shortened
    passes.fill(
      &output, from: short.span, stride: 3 * crop.width, along: x,
      ResizeAxis(from: output.height, to: output.height))
  }
}
