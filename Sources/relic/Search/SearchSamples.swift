internal import LinearProbe

/// Samples that are searched, or that others are looked for.
struct SearchSamples {
  /// Where they come from.
  let path: String
  let samples: LabeledFeatures
  /// Which of a data set's samples they are, `nil` if they are of none.
  var split: FeatureFolder.Split?
  /// How the features were made, where it is known.
  var origin: FeatureDescription?
  /// The images they were made of, where these are wanted and known.
  var images: ImageRows?

  var count: Int { samples.features.rows }

  /// What a sample is called: its file or, in a set without files, its row.
  func name(_ row: Int) -> String { samples.files?[row] ?? String(row) }

  /// The name of a sample's class, `nil` without labels.
  func className(_ row: Int) -> String? {
    samples.labels.map { labels in
      let label = labels[row]
      return origin?.classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil }
        ?? String(label)
    }
  }

  /// Refuses samples among which nothing can be found.
  func check() throws(SearchError) {
    guard count > 0, samples.features.columns > 0 else { throw .empty(path: path) }
    if let (row, column) = samples.features.firstNonFinite {
      throw .notFinite(path: path, row: row, column: column)
    }
  }
}

/// A reason nothing can be looked for.
enum SearchError: Error, Equatable {
  case empty(path: String)
  /// There is no other sample.
  case single(path: String)
  case notFinite(path: String, row: Int, column: Int)
  case widthMismatch(path: String, found: Int, among: String, expected: Int)
  /// The images of a sheet; `reason` is why they are not there, if more is known.
  case noImages(path: String, reason: String)
}

extension SearchError: CustomStringConvertible {
  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .empty(let path): "\(path): holds no samples; write features with 'relic extract'"
    case .single(let path): "\(path): holds one sample and no other; name what to look for"
    case .notFinite(let path, let row, let column):
      "\(path): the feature in row \(row), column \(column) is NaN or infinite; remove or replace it"
    case .widthMismatch(let path, let found, let among, let expected):
      "\(path): \(found) features a sample, where those of \(among) have \(expected); use features "
        + "of the same encoder"
    case .noImages(let path, let reason):
      "\(path): the images for --sheet are not found: \(reason); name the folder of the images by "
        + "--dataset-path, or leave out --sheet"
    }
  }
}
