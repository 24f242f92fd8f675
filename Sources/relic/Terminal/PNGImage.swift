internal import RelicNN

/// An 8-bit RGB image that is drawn on and saved as PNG.
struct PNGImage {
  /// What a pixel can be.
  struct Color: Equatable {
    let red: UInt8
    let green: UInt8
    let blue: UInt8
  }

  let width: Int
  let height: Int
  private var pixels: [UInt8]

  /// Creates an image of one grey.
  init(width: Int, height: Int, grey: UInt8) {
    self.width = width
    self.height = height
    pixels = Array(repeating: grey, count: 3 * width * height)
  }

  /// Draws `[side, side, 3]` with values in [0, 1], each pixel as a square of `scale` pixels.
  mutating func draw(_ image: Tensor, x: Int, y: Int, scale: Int) {
    let (rows, columns) = (image.shape[0], image.shape[1])
    let scalars = image.scalars
    for row in 0..<(rows * scale) {
      for column in 0..<(columns * scale) {
        let source = 3 * (row / scale * columns + column / scale)
        let destination = 3 * ((y + row) * width + x + column)
        for channel in 0..<3 {
          pixels[destination + channel] = UInt8(
            max(0, min(255, (255 * scalars[source + channel]).rounded())))
        }
      }
    }
  }

  /// Draws an image at its own size.
  mutating func draw(_ image: RGBImage, x: Int, y: Int) {
    for row in 0..<image.height {
      let source = 3 * row * image.width
      let destination = 3 * ((y + row) * width + x)
      pixels.replaceSubrange(
        destination..<(destination + 3 * image.width),
        with: image.pixels[source..<(source + 3 * image.width)])
    }
  }

  /// Fills a rectangle with one colour.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    for row in y..<(y + height) {
      for column in x..<(x + width) {
        let place = 3 * (row * self.width + column)
        pixels.replaceSubrange(place..<(place + 3), with: [color.red, color.green, color.blue])
      }
    }
  }

  /// Returns the bytes of the file.
  func encoded() throws(ImageError) -> [UInt8] {
    try RGBImage(width: width, height: height, pixels: pixels).encodedAsPNG()
  }
}
