internal import LinearProbe
internal import RelicNN

/// The images that rows of features were made of.
struct ImageRows {
  let images: any ImageDataset
  private let places: [Int?]

  /// Finds the image of each row: by its file's name or, without names, by its place.
  ///
  /// Of features from which broken images were left out, or whose files are gone, only names tell.
  init(of samples: LabeledFeatures, in images: any ImageDataset) {
    self.images = images
    let count = samples.features.rows
    if let files = samples.files {
      var known: [String: Int] = [:]
      for index in 0..<images.count {
        if let name = images.fileName(at: index) { known[name] = index }
      }
      places = files.map { known[$0] }
    } else {
      places = count == images.count ? Array(0..<count) : Array(repeating: nil, count: count)
    }
  }

  /// Returns a row's image, or `nil` if it is not known or cannot be read.
  func image(_ row: Int) -> RGBImage? {
    places[row].flatMap { try? images.image(at: $0) }
  }

  /// Returns the file of a row's image.
  func fileName(_ row: Int) -> String? { places[row].flatMap { images.fileName(at: $0) } }

  /// Returns thumbnails of rows, read on all workers; `nil` for what cannot be read.
  ///
  /// `progress` is told their number now and then.
  func thumbnails(_ rows: [Int], side: Int, progress: (Int) -> Void = { _ in }) -> [[UInt8]?] {
    var thumbnails: [[UInt8]?] = []
    for first in stride(from: 0, to: rows.count, by: 64) {
      let part = rows[first..<min(first + 64, rows.count)]
      thumbnails += parallelMap(part.count) { image(part[first + $0])?.thumbnail(side: side) }
      progress(thumbnails.count)
    }
    return thumbnails
  }
}
