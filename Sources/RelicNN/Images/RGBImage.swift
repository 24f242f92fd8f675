/// An 8-bit RGB image.
public struct RGBImage: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int

  /// Rows, top to bottom.
  public let height: Int

  /// Red, green and blue of each pixel, row by row.
  public let pixels: [UInt8]

  /// Creates an image from `3 * width * height` bytes, interleaved by pixel.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "an image of \(width)x\(height) has no pixels")
    precondition(
      pixels.count == 3 * width * height,
      "\(pixels.count) bytes cannot fill an image of \(width)x\(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
