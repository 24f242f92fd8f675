/// The files of one split in a folder of features, written batch by batch.
///
/// Features and file names go to the disk at once; labels, eight bytes a sample, when all are known.
/// A class because its files have one owner.
package final class FeatureWriter {
  private let paths: SplitPaths
  private let expectedRows: Int
  private var features: NPYWriter?
  private var names: AtomicFile?
  private var labels: [Int?] = []
  /// The number of samples so far.
  package private(set) var rows = 0
  /// The number of features of a sample; 0 before the first.
  package private(set) var columns = 0

  /// Begins the files of a split.
  ///
  /// - Parameters:
  ///   - split: Which files they are.
  ///   - folder: The folder they lie in, which is there.
  ///   - expectedRows: The number of samples, or more.
  package init(_ split: FeatureFolder.Split, in folder: String, expectedRows: Int) {
    paths = SplitPaths(split, in: folder)
    self.expectedRows = expectedRows
  }

  /// Appends samples with their labels and, if all of them have one, the names of their files.
  package func append(
    _ elements: [Float], labels: [Int?], files: [String]
  ) throws(FeatureError) {
    if labels.isEmpty { return }
    let isFirst = rows == 0
    if isFirst { columns = elements.count / labels.count }
    precondition(
      elements.count == labels.count * columns,
      "\(elements.count) features of \(labels.count) samples, not of \(columns) each")
    do throws(FileError) {
      if isFirst {
        features = try NPYWriter(paths.features, of: .float32, shape: [expectedRows, columns])
        if files.count == labels.count { names = try AtomicFile(path: paths.names) }
      }
      try features?.append(elements)
      if files.count == labels.count {
        try names?.write(LabeledFeatures.lines(of: files))
      } else {
        names = nil
      }
    } catch {
      throw .file(error)
    }
    self.labels += labels
    rows += labels.count
  }

  /// Whether all samples so far have labels.
  package var hasLabels: Bool { rows > 0 && labels.allSatisfy { $0 != nil } }

  /// Adds the files to others that are written with them.
  fileprivate func stage(in staged: inout StagedFiles) throws(FeatureError) {
    let labels = try LabeledFeatures.uniform(labels)
    do throws(FileError) {
      if let features {
        try features.finish(rows: rows)
        try staged.add(features.file, as: paths.features)
      }
      if let labels { try LabeledFeatures.stage(labels, as: paths.labels, in: &staged) }
      if let names { try staged.add(names, as: paths.names) }
    } catch {
      throw .file(error)
    }
  }
}

extension FeatureFolder {
  /// Puts the files of one split or of two into their place, with how the features were made.
  ///
  /// Those of an earlier content go before the first appears, and none appears before all are complete.
  package static func commit(
    _ splits: [FeatureWriter], origin: FeatureDescription, to folder: String
  ) throws(FeatureError) {
    var staged = StagedFiles()
    for split in splits { try split.stage(in: &staged) }
    do throws(FileError) {
      try commit(&staged, origin: origin, to: folder)
    } catch {
      throw .file(error)
    }
  }
}
