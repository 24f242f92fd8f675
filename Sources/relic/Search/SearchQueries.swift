internal import Foundation
internal import LinearProbe

/// Samples that neighbours are looked for, from one place.
struct SearchQueries {
  let samples: SearchSamples
  let rows: [Int]
  /// Whether they are among those that are searched, of which none is its own neighbour.
  let areOwn: Bool

  /// All of some samples.
  static func all(_ samples: SearchSamples, areOwn: Bool) -> SearchQueries {
    SearchQueries(samples: samples, rows: Array(0..<samples.count), areOwn: areOwn)
  }

  /// Finds what a user has named, in the order of the names but for images named one by one, which
  /// come last.
  ///
  /// - Parameters:
  ///   - names: Names of samples as they are printed; image files, folders of images, features.
  ///   - set: What is searched.
  ///   - source: Where others come from.
  /// - Returns: The queries by the place that they come from.
  /// - Throws: A name of nothing, and what cannot be read.
  static func named(
    _ names: [String], in set: SearchSamples, _ source: SearchSource
  ) throws -> [SearchQueries] {
    var places: [String: Int] = [:]
    for row in (0..<set.count).reversed() { places[set.name(row)] = row }
    var own: [Int] = []
    var files: [String] = []
    var others: [SearchQueries] = []
    for name in names {
      if let row = places[name] {
        own.append(row)
      } else if RunFolder(path: name).isFolder || name.hasSuffix(".npy") {
        others.append(.all(try source.samples(name, nil, like: set.origin), areOwn: false))
      } else if FileManager.default.fileExists(atPath: name) {
        files.append(name)
      } else {
        throw UsageError.conflict(
          "'\(name)' is none of the \(set.count.counted("sample")) of \(set.path), and no file",
          remedy: "give "
            + (set.samples.files == nil ? "a row from 0 to \(set.count - 1)" : "a name")
            + " as 'relic search \(set.path.shellWord)' prints it, or an image")
      }
    }
    if !own.isEmpty { others.insert(SearchQueries(samples: set, rows: own, areOwn: true), at: 0) }
    if !files.isEmpty {
      others.append(.all(try source.samples(ofFiles: files, like: set.origin), areOwn: false))
    }
    return others
  }

  /// Finds the neighbours of each query in `set`.
  func neighbors(
    in set: SearchSamples, count: Int, progress: (Int) -> Void
  ) throws(SearchError) -> Neighborhoods {
    if areOwn {
      guard set.count > 1 else { throw .single(path: set.path) }
      return Neighborhoods(of: rows, within: set.samples.features, count: count, progress: progress)
    }
    let features = samples.samples.features
    guard features.columns == set.samples.features.columns else {
      throw .widthMismatch(
        path: samples.path, found: features.columns, among: set.path,
        expected: set.samples.features.columns)
    }
    return Neighborhoods(features, among: set.samples.features, count: count, progress: progress)
  }
}
