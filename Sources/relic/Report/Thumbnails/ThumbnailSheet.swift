internal import Foundation
internal import RelicNN

/// Square thumbnails in one PNG file, which a page shows by parts of it.
struct ThumbnailSheet {
  /// The class of the elements that show a part.
  let name: String
  /// The side of a thumbnail in pixels.
  let side: Int
  private(set) var count = 0
  private let columns = 40
  private var pixels: [[UInt8]] = []

  init(name: String, side: Int) {
    self.name = name
    self.side = side
  }

  /// Adds a thumbnail of `3 * side * side` bytes and returns its number.
  mutating func add(_ thumbnail: [UInt8]) -> Int {
    precondition(
      thumbnail.count == 3 * side * side, "\(thumbnail.count) bytes at a side of \(side)")
    pixels.append(thumbnail)
    count += 1
    return count - 1
  }

  /// Returns an element that shows a thumbnail; `label` says what it is.
  func element(_ index: Int, label: String) -> HTML {
    """
    <i class="thumbnail \(name)" role="img" aria-label="\(label)" style="background-position:\
    calc(var(--side)*-\(index % columns)) calc(var(--side)*-\(index / columns))"></i>
    """
  }

  /// The rule that gives the elements their thumbnails, `nil` if there are none.
  func rule() throws(ImageError) -> HTML? {
    guard count > 0 else { return nil }
    let rows = (count + columns - 1) / columns
    let across = min(count, columns)
    let width = across * side
    var whole = Array(repeating: UInt8(0), count: 3 * width * rows * side)
    for (index, thumbnail) in pixels.enumerated() {
      let (left, top) = (index % columns * side, index / columns * side)
      for row in 0..<side {
        let start = 3 * ((top + row) * width + left)
        let line = thumbnail[(3 * row * side)..<(3 * (row + 1) * side)]
        whole.replaceSubrange(start..<(start + 3 * side), with: line)
      }
    }
    let image = RGBImage(width: width, height: rows * side, pixels: whole)
    return """
      .\(name) { background-image: url(\(try image.dataURL())); \
      background-size: calc(var(--side)*\(across)) calc(var(--side)*\(rows)); }

      """
  }

  /// What the page's script needs to show a part.
  var data: SheetData { SheetData(name: name, columns: columns) }
}

/// Where a script finds a thumbnail of a sheet.
struct SheetData: Encodable {
  let name: String
  let columns: Int
}

extension RGBImage {
  /// The image as the address of itself.
  func dataURL() throws(ImageError) -> String {
    "data:image/png;base64," + Data(try encodedAsPNG()).base64EncodedString()
  }

  /// The image resized to a square, as a frozen encoder sees it: `3 * side * side` bytes.
  func thumbnail(side: Int) -> [UInt8] { EvaluationTransform(size: side)(self).bytes }
}

extension Tensor {
  /// Values in [0, 1] as bytes.
  var bytes: [UInt8] {
    scalars.map { UInt8(max(0, min(255, (255 * $0).rounded()))) }
  }
}
