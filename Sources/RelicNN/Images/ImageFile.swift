/// JPEG and PNG files as 8-bit RGB.
enum ImageFile {
  /// The most pixels an image may claim unless a caller says otherwise, as in Pillow: about 540 MB.
  static let pixelLimit = 178_956_970

  /// The most bytes the file of an image of so many pixels may have: what these take uncompressed,
  /// in three channels of 16 bits, and 1 GiB for all up to the usual limit.
  private static func fileLimit(pixels: Int) -> Int { max(1 << 30, 6 * pixels) }

  /// The endings of image files, in lower case.
  static let endings = [".jpg", ".jpeg", ".png"]

  /// Whether a file of this name should be an image.
  static func isNamedAsImage(_ name: String) -> Bool {
    endings.contains(where: name.lowercased().hasSuffix)
  }

  /// Reads an image of at most `pixelLimit` pixels, upright if the camera recorded how it was held.
  static func read(
    _ path: String, pixelLimit: Int = pixelLimit
  ) throws(ImageError) -> RGBImage {
    try read(path, pixelLimit: pixelLimit) { _, _ in .whole }.image
  }

  /// The same, decoded smaller where it is a JPEG image and `reduction` says so of its width and
  /// height.
  static func read(
    _ path: String, pixelLimit: Int, _ reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws(ImageError) -> ReducedImage {
    let file = try opened(path, upTo: fileLimit(pixels: pixelLimit))
    // Before the rest is read, however long it is.
    _ = try codec(of: contents(of: file, upTo: ImageFormat.signatureSize))
    return try decode(contents(of: file, upTo: .max), pixelLimit: pixelLimit, reduction)
  }

  /// Decodes a JPEG or PNG file held in memory, upright as ``read(_:pixelLimit:)`` does.
  static func decode(
    _ bytes: [UInt8], pixelLimit: Int = pixelLimit
  ) throws(ImageError) -> RGBImage {
    try decode(bytes, pixelLimit: pixelLimit) { _, _ in .whole }.image
  }

  /// The same, decoded smaller where it is a JPEG image and `reduction` says so of its width and
  /// height.
  static func decode(
    _ bytes: [UInt8], pixelLimit: Int,
    _ reduction: (_ width: Int, _ height: Int) -> ImageReduction
  ) throws(ImageError) -> ReducedImage {
    var size: (width: Int, height: Int)?
    let (image, orientation, chosen) = try codec(of: bytes).decode(bytes, pixelLimit: pixelLimit) {
      size = ($0, $1)
      return reduction($0, $1)
    }
    let upright = image.upright(from: orientation)
    return ReducedImage(
      image: upright, reduction: chosen, canBeReduced: size != nil,
      fullWidth: size?.width ?? upright.width, fullHeight: size?.height ?? upright.height)
  }

  private static func opened(_ path: String, upTo limit: Int) throws(ImageError) -> ByteFile {
    do throws(FileError) {
      let file = try ByteFile(path: path)
      guard file.count <= limit else {
        throw .cannotRead(path: path, reason: "it has \(file.count) bytes, more than \(limit)")
      }
      return file
    } catch {
      throw .unreadable(error)
    }
  }

  private static func contents(of file: ByteFile, upTo limit: Int) throws(ImageError) -> [UInt8] {
    do throws(FileError) {
      return try file.bytes(at: 0, count: min(file.count, limit))
    } catch {
      throw .unreadable(error)
    }
  }

  /// What decodes a file that begins with `bytes`; any format but JPEG and PNG is an error.
  private static func codec(of bytes: [UInt8]) throws(ImageError) -> ImageCodec {
    switch ImageFormat(signature: bytes.prefix(ImageFormat.signatureSize)) {
    case .jpeg: return .jpeg
    case .png: return .png
    case let other: throw .unknownFormat(name: other?.rawValue)
    }
  }
}

extension RGBImage {
  /// Returns the image as it was meant to be seen, for an EXIF orientation of 1 to 8.
  func upright(from orientation: Int) -> RGBImage {
    if orientation == 1 { return self }
    let isTransposed = orientation >= 5
    let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
    // Where the stored image's axes are read backwards.
    let mirrorsX = [2, 3, 7, 8].contains(orientation)
    let mirrorsY = [3, 4, 6, 7].contains(orientation)
    var upright: [UInt8] = []
    upright.reserveCapacity(pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let column = isTransposed ? y : x
        let row = isTransposed ? x : y
        let sourceX = mirrorsX ? width - 1 - column : column
        let sourceY = mirrorsY ? height - 1 - row : row
        let start = 3 * (sourceY * width + sourceX)
        upright.append(contentsOf: pixels[start..<(start + 3)])
      }
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: upright)
  }
}
