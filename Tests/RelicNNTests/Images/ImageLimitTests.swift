import Testing

@testable import RelicNN

/// Files that ask for more than their pixels take.
@Suite struct ImageLimitTests {
  /// Two pixels, red and green.
  private static let image = RGBImage(width: 2, height: 1, pixels: [255, 0, 0, 0, 255, 0])

  private static func bigEndian(_ number: UInt32) -> [UInt8] { number.littleEndianBytes.reversed() }

  /// A chunk of a PNG file: length, type, content and the CRC-32 of the last two.
  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    var remainder = ~UInt32(0)
    for byte in body {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1
      }
    }
    return bigEndian(UInt32(content.count)) + body + bigEndian(~remainder)
  }

  /// A zlib stream of `1 + 258 * repeats` zeros in one block of Deflate's fixed code.
  private static func zeros(repeats: Int) -> [UInt8] {
    // The last block, of fixed codes; a zero; each time 258 bytes from 1 before; the end.
    let codes =
      "110" + "00110000" + String(repeating: "1100010100000", count: repeats) + "0000000"
    let bits = codes.utf8.map { $0 & 1 }
    var stream: [UInt8] = [0x78, 0x9c]
    for start in stride(from: 0, to: bits.count, by: 8) {
      stream.append(
        bits[start..<min(start + 8, bits.count)].reversed().reduce(UInt8(0)) { $0 << 1 | $1 })
    }
    return stream + bigEndian(UInt32((1 + 258 * repeats) % 65_521) << 16 | 1)  // Adler-32
  }

  /// The image as a PNG file with chunks before its pixels.
  private static func file(with chunks: [[UInt8]]) throws -> [UInt8] {
    let file = try image.encodedAsPNG()
    // The signature takes 8 bytes, the header 25.
    return Array(file.prefix(33)) + chunks.joined() + file.dropFirst(33)
  }

  /// Says that the camera was held upside down.
  private static let turned = chunk(
    "iTXt",
    Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + Array(#"<x tiff:Orientation="3"/>"#.utf8))

  private static let upsideDown = RGBImage(
    width: 2, height: 1, pixels: [0, 255, 0, 255, 0, 0])

  @Test func `texts above the limits are passed over, and those below are read`() throws {
    let text = Self.chunk("zTXt", Array("Comment".utf8) + [0, 0] + Self.zeros(repeats: 100))
    // 4 MB each.
    let large = Self.chunk("zTXt", Array("Comment".utf8) + [0, 0] + Self.zeros(repeats: 16_257))
    for many in [text, large] {
      let texts = Array(repeating: many, count: 40)
      #expect(try ImageFile.decode(Self.file(with: [Self.turned] + texts)) == Self.upsideDown)
      #expect(try ImageFile.decode(Self.file(with: texts + [Self.turned])) == Self.image)
    }
    #expect(try ImageFile.decode(Self.file(with: [large, text, Self.turned])) == Self.upsideDown)
  }

  /// A lossless JPEG file, whose samples are all 128, as few libraries read it.
  private static func losslessFile(side: Int) -> [UInt8] {
    let extent = UInt8(side)
    var file: [UInt8] = [0xff, 0xd8]
    // 8 bits, three channels called R, G and B.
    file += [0xff, 0xc3, 0, 17, 8, 0, extent, 0, extent, 3]
    file += [82, 0x11, 0, 71, 0x11, 0, 66, 0x11, 0]
    // One code, of one bit: the sample is what was predicted.
    file += [0xff, 0xc4, 0, 20, 0, 1] + zeroBytes(16)
    // One scan of all channels, predicted from the left.
    file += [0xff, 0xda, 0, 12, 3, 82, 0, 71, 0, 66, 0, 1, 0, 0]
    return file + zeroBytes((3 * side * side + 7) / 8) + [0xff, 0xd9]
  }

  private static func zeroBytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

  @Test(arguments: ImageReduction.allCases)
  func `a JPEG file that cannot be decoded smaller is refused where it should be`(
    _ reduction: ImageReduction
  ) {
    do throws(ImageError) {
      let found = try ImageFile.decode(
        Self.losslessFile(side: 64), pixelLimit: ImageFile.pixelLimit
      ) { _, _ in reduction }
      #expect(reduction == .whole)
      let grey = [UInt8](repeating: 128, count: 3 * 64 * 64)
      #expect(found.image == RGBImage(width: 64, height: 64, pixels: grey))
    } catch {
      // A library reads no such file, or at its full size.
      let reason = "libjpeg reads it at its full 64x64 pixels alone; choose --decode full"
      #expect(
        error.description == "Unsupported JPEG process: SOF type 0xc3"
          || (reduction != .whole && error.description == reason), "\(error)")
    }
  }
}
