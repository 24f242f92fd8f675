internal import RelicNN

/// Images in rows on one drawing: the first of a row stands apart, a number under each.
struct ContactSheet {
  /// A sample's image.
  struct Thumbnail {
    let samples: SearchSamples
    let row: Int
    /// What stands under it: digits, `.` and `-`.
    let number: String
    /// Whether a frame is around it.
    var isFramed = false
  }

  let rows: [[Thumbnail]]

  /// The side of an image in pixels.
  static let side = 96
  private static let gap = 8
  /// Around an image, in the gap.
  private static let frame = 3
  private static let rowHeight = side + PNGImage.figureHeight + 2 * gap
  private static let dark = PNGImage.Color(red: 40, green: 40, blue: 40)
  private static let red = PNGImage.Color(red: 214, green: 39, blue: 40)
  /// In place of an image that cannot be read.
  private static let pale = PNGImage.Color(red: 225, green: 225, blue: 225)

  /// Width and height in pixels.
  var size: (width: Int, height: Int) {
    let columns = rows.map(\.count).max() ?? 0
    return (
      columns * (Self.side + Self.gap) + 3 * Self.gap, rows.count * Self.rowHeight + Self.gap
    )
  }

  /// Draws the sheet.
  ///
  /// - Parameter progress: Told how many images are read.
  /// - Returns: The bytes of a PNG file, and the number of images that could not be read.
  /// - Throws: What libpng says.
  func drawn(progress: (Int) -> Void) throws(ImageError) -> (png: [UInt8], missing: Int) {
    var drawing = PNGImage(width: size.width, height: size.height, grey: 255)
    var missing = 0
    var done = 0
    for (row, thumbnails) in rows.enumerated() {
      let images = parallelMap(thumbnails.count) { index in
        let thumbnail = thumbnails[index]
        return thumbnail.samples.images?.image(thumbnail.row)?.fitted(in: Self.side)
      }
      for (column, (thumbnail, image)) in zip(thumbnails, images).enumerated() {
        // The first stands apart.
        let x = Self.gap + column * (Self.side + Self.gap) + (column > 0 ? Self.gap : 0)
        draw(thumbnail, image, x: x, y: Self.gap + row * Self.rowHeight, on: &drawing)
        if image == nil { missing += 1 }
      }
      done += thumbnails.count
      progress(done)
    }
    return (try drawing.encoded(), missing)
  }

  private func draw(
    _ thumbnail: Thumbnail, _ image: RGBImage?, x: Int, y: Int, on drawing: inout PNGImage
  ) {
    let (side, frame) = (Self.side, Self.frame)
    let width = image?.width ?? side
    let height = image?.height ?? side
    let (left, top) = (x + (side - width) / 2, y + (side - height) / 2)
    if thumbnail.isFramed {
      drawing.fill(
        x: left - frame, y: top - frame, width: width + 2 * frame, height: height + 2 * frame,
        Self.red)
    }
    if let image {
      drawing.draw(image, x: left, y: top)
    } else {
      drawing.fill(x: left, y: top, width: width, height: height, Self.pale)
    }
    drawing.draw(
      number: thumbnail.number, x: x, y: y + side + Self.gap / 2, within: side, Self.dark)
  }
}
