internal import CImageCodecs

/// The formats that are decoded, by the system's libraries.
enum ImageCodec {
  case jpeg
  case png

  /// A number that is another where the system's JPEG library may give other pixels.
  static var jpegVersion: Int { Int(relic_jpeg_version()) }

  /// Decodes a file held in memory to RGB as it is stored.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - pixelLimit: The most pixels that the image may claim.
  ///   - reduction: Chooses how much smaller a JPEG image is decoded, by its width and
  ///     height when it is upright.
  /// - Returns: The image, the EXIF orientation that the camera recorded, 1 for none, and what was
  ///   chosen, 1 of a PNG image.
  /// - Throws: A damaged file, or one of too many pixels.
  func decode(
    _ bytes: [UInt8], pixelLimit: Int, reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws(ImageError) -> (image: RGBImage, orientation: Int, reduction: ImageReduction) {
    let readHeader =
      switch self {
      case .jpeg: unsafe relic_jpeg_header
      case .png: unsafe relic_png_header
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
    let chosen: ImageReduction =
      switch self {
      case .jpeg where header.orientation >= 5: reduction(header.height, header.width)
      case .jpeg: reduction(header.width, header.height)
      case .png: .whole
      }
    let (width, height) = (chosen.side(of: header.width), chosen.side(of: header.height))
    var values = [UInt8](repeating: 0, count: 3 * width * height)
    var orientation = CInt(header.orientation)
    let result =
      switch self {
      case .jpeg:
        unsafe relic_jpeg_decode(
          bytes, bytes.count, CInt(chosen.rawValue), &values, &message)
      case .png:
        unsafe relic_png_decode(bytes, bytes.count, &values, &orientation, &message)
      }
    guard result == 1 else { throw .codec(reason: Self.text(message)) }
    return (
      RGBImage(width: width, height: height, pixels: values), Int(orientation), chosen
    )
  }

  /// Room for what a codec says of a failure.
  static var message: [CChar] { [CChar](repeating: 0, count: Int(relic_image_message_size)) }

  /// What a codec left in its message.
  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
