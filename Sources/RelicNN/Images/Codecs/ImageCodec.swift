internal import CImageCodecs

/// The formats that are decoded, by the system's libraries.
enum ImageCodec {
  case jpeg
  case png

  /// Decodes a file held in memory to RGB as it is stored.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - pixelLimit: The most pixels that the image may claim.
  /// - Returns: The image, and the EXIF orientation that the camera recorded, 1 for none.
  /// - Throws: A damaged file, or one of too many pixels.
  func decode(
    _ bytes: [UInt8], pixelLimit: Int
  ) throws(ImageError) -> (image: RGBImage, orientation: Int) {
    let (readHeader, readPixels) =
      switch self {
      case .jpeg: unsafe (relic_jpeg_header, relic_jpeg_decode)
      case .png: unsafe (relic_png_header, relic_png_decode)
      }
    var header = relic_image_header()
    var message = Self.message
    guard unsafe readHeader(bytes, bytes.count, &header, &message) == 1 else {
      throw .codec(reason: Self.text(message))
    }
    let (pixels, overflow) = header.width.multipliedReportingOverflow(by: header.height)
    guard !overflow, pixels > 0, pixels <= pixelLimit else {
      throw .tooLarge(width: header.width, height: header.height, limit: pixelLimit)
    }
    var values = [UInt8](repeating: 0, count: 3 * pixels)
    var orientation: CInt = 1
    guard unsafe readPixels(bytes, bytes.count, &values, &orientation, &message) == 1 else {
      throw .codec(reason: Self.text(message))
    }
    let image = RGBImage(width: header.width, height: header.height, pixels: values)
    return (image, Int(orientation))
  }

  /// Room for what a codec says of a failure.
  static var message: [CChar] { [CChar](repeating: 0, count: Int(relic_image_message_size)) }

  /// What a codec left in its message.
  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
