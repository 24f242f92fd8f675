/// How many times smaller than it is an image is decoded.
///
/// libjpeg leaves out frequencies that a smaller image cannot show, and is several times as fast.
public enum ImageReduction: Int, CaseIterable, Sendable {
  case whole = 1
  case half = 2
  case quarter = 4
  case eighth = 8

  /// The strongest that leaves at least `wanted` pixels of `found`, along both axes: what Pillow's
  /// `Image.draft` takes.
  init(from found: (width: Int, height: Int), to wanted: Int) {
    self.init(upTo: min(found.width / wanted, found.height / wanted))
  }

  /// The strongest that divides sides by no more than `factor`.
  private init(upTo factor: Int) {
    self = Self.allCases.last { $0.rawValue <= factor } ?? .whole
  }

  /// A side's pixels after the reduction.
  func side(of pixels: Int) -> Int { (pixels + rawValue - 1) / rawValue }

  /// Returns a part of an image as it lies in the reduced one of `width` by `height` pixels: its
  /// edges divided, and rounded to whole pixels, halves up.
  func applied(to crop: CropRectangle, width: Int, height: Int) -> CropRectangle {
    if self == .whole { return crop }
    func place(_ edge: Int, _ limit: Int) -> Int {
      min((edge + rawValue / 2) / rawValue, limit)
    }
    let (left, top) = (place(crop.x, width - 1), place(crop.y, height - 1))
    return CropRectangle(
      x: left, y: top, width: max(1, place(crop.x + crop.width, width) - left),
      height: max(1, place(crop.y + crop.height, height) - top))
  }
}

/// How JPEG files are decoded.
public enum ImageDecoding: String, CaseIterable, Sendable {
  /// To every pixel, as by the reference.
  case full
  /// As small as leaves what a view shows no fewer pixels than the view has.
  case reduced
}

/// An image that may have been decoded smaller than it is.
struct ReducedImage: Sendable, Equatable {
  /// The pixels, upright.
  let image: RGBImage
  let reduction: ImageReduction
  /// Whether its file can be decoded smaller.
  var canBeReduced = false
  /// Pixels in a row of the whole image.
  let fullWidth: Int
  /// Rows of the whole image.
  let fullHeight: Int
}

extension ReducedImage {
  /// An image as it is.
  init(_ image: RGBImage) {
    self.init(
      image: image, reduction: .whole, fullWidth: image.width, fullHeight: image.height)
  }
}
