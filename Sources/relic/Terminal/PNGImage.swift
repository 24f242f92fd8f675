internal import RelicNN

/// An 8-bit RGB picture that is drawn on and saved as PNG.
struct PNGImage {
  /// More would not fit one chunk of data, which holds less than 2^31 bytes.
  static let largestPixelCount = 1 << 29

  let width: Int
  let height: Int
  private var pixels: [UInt8]

  /// Creates a picture of one grey.
  init(width: Int, height: Int, grey: UInt8) {
    self.width = width
    self.height = height
    pixels = Array(repeating: grey, count: 3 * width * height)
  }

  /// Draws `[side, side, 3]` with values in [0, 1], each pixel as a square of `scale` pixels.
  mutating func draw(_ picture: Tensor, x: Int, y: Int, scale: Int) {
    let (rows, columns) = (picture.shape[0], picture.shape[1])
    let scalars = picture.scalars
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

  /// The file's bytes; the pixels are stored without compression.
  var encoded: [UInt8] {
    let header = Self.bytes(UInt32(width)) + Self.bytes(UInt32(height)) + [8, 2, 0, 0, 0]
    var rows: [UInt8] = []
    rows.reserveCapacity((3 * width + 1) * height)
    for row in 0..<height {
      rows.append(0)  // No filter.
      rows += pixels[(3 * width * row)..<(3 * width * (row + 1))]
    }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + Self.chunk("IHDR", header)
      + Self.chunk("IDAT", Self.stored(rows)) + Self.chunk("IEND", [])
  }

  /// A zlib stream of stored blocks (RFC 1950 and 1951).
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: data.count, by: 0xffff) {
      let block = data[start..<min(start + 0xffff, data.count)]
      let count = UInt16(block.count)
      stream.append(start + 0xffff >= data.count ? 1 : 0)
      for half in [count, ~count] { stream += [UInt8(half & 0xff), UInt8(half >> 8)] }
      stream += block
    }
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in data {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return stream + bytes(high << 16 | low)
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return bytes(UInt32(data.count)) + body + bytes(checksum(body))
  }

  /// CRC-32 as PNG defines it.
  private static func checksum(_ data: [UInt8]) -> UInt32 {
    ~data.reduce(~UInt32(0)) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xff)] ^ crc >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1
    }
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
