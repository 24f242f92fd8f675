internal import RelicNN

/// The thumbnails of a page, each of them once though several runs show it.
struct ThumbnailStore {
  /// Thumbnails that appear at a point of a map.
  private(set) var small = ThumbnailSheet(name: "small", side: 32)
  /// Thumbnails that stand on the page.
  private(set) var large: ThumbnailSheet
  private var known: [Key: Int] = [:]

  /// What a thumbnail shows.
  private struct Key: Hashable {
    let dataset: String
    let path: String
    let validationCount: Int
    let split: String
    let row: Int
    let isLarge: Bool
  }

  /// Creates a store of which the larger thumbnails have `side` pixels.
  init(side: Int) { large = ThumbnailSheet(name: "large", side: side) }

  /// Returns the numbers of rows' thumbnails; `nil` for what cannot be shown.
  mutating func numbers(
    of rows: [Int], in split: EncodedImages.Split, of dataset: DatasetSplits, isLarge: Bool,
    progress: (Int) -> Void = { _ in }
  ) -> [Int?] {
    func key(_ row: Int) -> Key {
      Key(
        dataset: dataset.dataset, path: dataset.path, validationCount: dataset.validationCount,
        split: split.name, row: row, isLarge: isLarge)
    }
    let missing = rows.filter { known[key($0)] == nil }
    let side = isLarge ? large.side : small.side
    let thumbnails = split.images.thumbnails(missing, side: side, progress: progress)
    for (row, thumbnail) in zip(missing, thumbnails) {
      guard let thumbnail, known[key(row)] == nil else { continue }
      known[key(row)] = add(thumbnail, isLarge: isLarge)
    }
    return rows.map { known[key($0)] }
  }

  /// Adds a thumbnail that is no image of a data set.
  mutating func add(_ thumbnail: [UInt8], isLarge: Bool) -> Int {
    isLarge ? large.add(thumbnail) : small.add(thumbnail)
  }

  /// The rules of the sheets that have thumbnails.
  func rules() throws(ImageError) -> HTML {
    [try small.rule(), try large.rule()].compactMap { $0 }.joined()
  }
}
