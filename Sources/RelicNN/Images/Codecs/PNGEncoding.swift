internal import CImageCodecs

extension RGBImage {
  /// The most pixels of a PNG file: libpng counts the bytes of an image in 32 bits.
  package static let largestPNG = 1 << 29

  /// Returns the image as a PNG file of 8 bits a channel.
  package func encodedAsPNG() throws(ImageError) -> [UInt8] {
    guard width * height <= Self.largestPNG else {
      throw .tooLarge(width: width, height: height, limit: Self.largestPNG)
    }
    var message = ImageCodec.message
    let bound = relic_png_bound(width, height)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = buffer.count
      let isEncoded = unsafe relic_png_encode(
        pixels, width, height, buffer.baseAddress, &count, &message)
      if isEncoded == 0 { count = 0 }
    }
    guard !bytes.isEmpty else { throw .codec(reason: ImageCodec.text(message)) }
    return bytes
  }
}
