internal import CImageCodecs

/// JPEG and PNG files as 8-bit RGB.
enum ImageFile {
  /// The most pixels an image may claim: about 300 MB.
  private static let pixelLimit = 100_000_000

  /// The most bytes an image's file may have: more than the largest image takes uncompressed, in
  /// four channels of 16 bits.
  private static let fileLimit = 1 << 30

  /// The endings of image files, in lower case.
  static let endings = [".jpg", ".jpeg", ".png"]

  /// Reads an image, upright if the camera recorded how it was held.
  static func read(_ path: String) throws(ImageError) -> RGBImage {
    let bytes: [UInt8]
    do throws(FileError) {
      let file = try ByteFile(path: path)
      guard file.count <= fileLimit else {
        throw .cannotRead(path: path, reason: "it has \(file.count) bytes, more than \(fileLimit)")
      }
      bytes = try file.bytes(at: 0, count: file.count)
    } catch {
      throw .unreadable(error)
    }
    return try decode(bytes)
  }

  /// Decodes a JPEG or PNG file held in memory, upright as ``read(_:)`` does.
  static func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
    let isJPEG = bytes.starts(with: [0xff, 0xd8, 0xff])
    guard isJPEG || bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) else { throw .unknownFormat }
    var header = relic_image_header()
    var message = [CChar](repeating: 0, count: Int(relic_image_message_size))
    let isKnown =
      unsafe isJPEG
      ? relic_jpeg_header(bytes, bytes.count, &header, &message)
      : relic_png_header(bytes, bytes.count, &header, &message)
    guard isKnown == 1 else { throw .codec(reason: text(message)) }
    let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
    guard !overflow, pixels > 0, pixels <= pixelLimit else {
      throw .tooLarge(width: header.width, height: header.height, limit: pixelLimit)
    }
    var values = [UInt8](repeating: 0, count: 3 * pixels)
    let isDecoded =
      unsafe isJPEG
      ? relic_jpeg_decode(bytes, bytes.count, &values, &message)
      : relic_png_decode(bytes, bytes.count, &values, &message)
    guard isDecoded == 1 else { throw .codec(reason: text(message)) }
    let image = RGBImage(width: header.width, height: header.height, pixels: values)
    return image.turnedUpright(from: Int(header.orientation))
  }

  /// What a codec left in its message.
  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension RGBImage {
  /// Returns the image as it was meant to be seen, for an EXIF orientation of 1 to 8.
  func turnedUpright(from orientation: Int) -> RGBImage {
    if orientation == 1 { return self }
    let isTransposed = orientation >= 5
    let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
    // Where the stored image's axes are read backwards.
    let mirrorsX = [2, 3, 7, 8].contains(orientation)
    let mirrorsY = [3, 4, 6, 7].contains(orientation)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let column = isTransposed ? y : x
        let row = isTransposed ? x : y
        let sourceX = mirrorsX ? width - 1 - column : column
        let sourceY = mirrorsY ? height - 1 - row : row
        let start = 3 * (sourceY * width + sourceX)
        turned.append(contentsOf: pixels[start..<(start + 3)])
      }
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: turned)
  }
}
