/// The shape of images or feature maps: `[height, width, channels]` behind any leading axes.
struct ImageShape {
  /// The axes before those of an image: `[batch]` or `[views, batch]`.
  let leading: [Int]
  let height: Int
  let width: Int
  let channels: Int

  var images: Int { leading.reduce(1, *) }
  /// Blocks of images that are normalised apart.
  var views: Int { leading.count > 1 ? leading[0] : 1 }
  var pixels: Int { height * width }
  /// Elements of one image.
  var imageSize: Int { height * width * channels }

  init(_ shape: [Int]) {
    precondition(
      shape.count == 4 || shape.count == 5,
      "[batch, height, width, channels], perhaps behind views, not \(shape)")
    leading = Array(shape.dropLast(3))
    let own = Array(shape.suffix(3))
    (height, width, channels) = (own[0], own[1], own[2])
  }
}
