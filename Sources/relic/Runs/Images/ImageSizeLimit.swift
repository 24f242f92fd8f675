/// How large image files may be, so that none can claim all memory; `--max-image-megapixels`.
enum ImageSizeLimit {
  static let option = "--max-image-megapixels"

  /// The most millions of pixels that can be asked for: a JPEG file of the largest sides.
  static let most = 4_295

  static let help =
    "millions of pixels that an image file may have, each of which takes 3 to 11 bytes of memory "
    + "(default: 178.96, as in Pillow)"

  /// Returns what to type so that an image of this size is read, or `nil` if it is too large for all.
  static func argument(width: Int, height: Int) -> String? {
    let needed = (Double(width) * Double(height) / 1e6).rounded(.up)
    return needed > Double(most) ? nil : "\(option) \(Int(needed))"
  }
}
