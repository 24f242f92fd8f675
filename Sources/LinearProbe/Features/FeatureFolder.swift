internal import Foundation

/// The features of a data set's train and test splits, as one encoder gives them.
///
/// On disk a folder: `train_features.npy`, `train_labels.npy`, the same for `test`, where known
/// `train_files.txt` and `test_files.txt` with one name per line, and `features.json`, which says
/// how they were made.
public struct FeatureFolder: Equatable, Sendable {
  /// One of the two splits.
  package enum Split: String, CaseIterable, Sendable {
    case train
    case test
  }

  /// The split models are fitted to.
  public var train: LabeledFeatures
  /// The split models are scored on.
  public var test: LabeledFeatures
  /// How the features were made, where it is known.
  public var origin: FeatureDescription?

  /// Puts two splits of equal width together.
  public init(
    train: LabeledFeatures, test: LabeledFeatures, origin: FeatureDescription? = nil
  ) throws(FeatureError) {
    guard train.features.columns == test.features.columns else {
      throw .widthMismatch(train: train.features.columns, test: test.features.columns)
    }
    self.train = train
    self.test = test
    self.origin = origin
  }

  /// Reads a folder that `relic extract`, or anybody with NumPy, has written.
  ///
  /// A split without a file of labels has none.
  ///
  /// - Throws: ``FeatureError/noTestSplit(path:)`` if there are samples to train on alone.
  public init(contentsOf folder: String) throws(FeatureError) {
    try self.init(folder, mapped: false)
  }

  /// Reads a folder as ``init(contentsOf:)`` does, but leaves the features in their files:
  /// ``Features/init(mapping:)``.
  public init(mapping folder: String) throws(FeatureError) {
    try self.init(folder, mapped: true)
  }

  private init(_ folder: String, mapped: Bool) throws(FeatureError) {
    if Self.has(.train, in: folder), !Self.has(.test, in: folder) {
      throw .noTestSplit(path: folder)
    }
    try self.init(
      train: Self.readSplit(.train, folder, mapped: mapped),
      test: Self.readSplit(.test, folder, mapped: mapped), origin: Self.origin(in: folder))
  }

  /// Writes the folder, making it where it is missing.
  ///
  /// Files appear once all are complete, and those of an earlier content go before that.
  public func write(to folder: String) throws(FeatureError) {
    try Self.write(train: train, test: test, origin: origin, to: folder)
  }

  /// Writes the folder of a data set that may have no test split, as ``write(to:)`` does.
  ///
  /// A split without labels gets no file of them.
  package static func write(
    train: LabeledFeatures, test: LabeledFeatures?, origin: FeatureDescription?, to folder: String
  ) throws(FeatureError) {
    do throws(FileError) {
      var staged = try StagedFiles(in: folder)
      try train.stage(as: SplitPaths(.train, in: folder), in: &staged)
      try test?.stage(as: SplitPaths(.test, in: folder), in: &staged)
      try commit(&staged, origin: origin, to: folder)
    } catch {
      throw .file(error)
    }
  }

  /// Gives staged files of splits their names, and removes those of an earlier content.
  static func commit(
    _ staged: inout StagedFiles, origin: FeatureDescription?, to folder: String
  ) throws(FileError) {
    if let origin { try JSONFile.stage(origin, as: descriptionPath(in: folder), in: &staged) }
    try staged.commit(removing: paths(in: folder))
  }

  /// Removes the files that ``write(to:)`` may have written to a folder, and no others.
  package static func remove(from folder: String) {
    for path in paths(in: folder) { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Locks the folder that features are going to be written to, making it where it is missing.
  ///
  /// - Throws: `FileError.inUse` while another process holds the lock.
  package static func lock(_ folder: String) throws(FileError) -> FolderLock {
    try FolderLock(folder, writing: paths(in: "").map { String($0.dropFirst()) })
  }

  private static func paths(in folder: String) -> [String] {
    let splits = Split.allCases.map { SplitPaths($0, in: folder) }
    return splits.flatMap { [$0.features, $0.labels, $0.names] } + [descriptionPath(in: folder)]
  }

  /// The file that says how the features in a folder were made.
  package static func descriptionPath(in folder: String) -> String { "\(folder)/features.json" }

  /// Whether any samples lie in a folder.
  package static func hasSamples(in folder: String) -> Bool {
    Split.allCases.contains { has($0, in: folder) }
  }

  /// Reads the samples of one split alone: of the test split, or of the other where there is none,
  /// if `split` is `nil`.
  package static func samples(
    of split: Split?, in folder: String
  ) throws(FeatureError) -> LabeledFeatures {
    try readSplit(split ?? (has(.test, in: folder) ? .test : .train), folder)
  }

  /// Whether the samples of a split lie in a folder.
  package static func has(_ split: Split, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: SplitPaths(split, in: folder).features)
  }

  /// Reads samples; labels and names where their files are there.
  private static func readSplit(
    _ split: Split, _ folder: String, mapped: Bool = false
  ) throws(FeatureError) -> LabeledFeatures {
    let paths = SplitPaths(split, in: folder)
    let present = { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    guard let labels = present(paths.labels) else {
      let features =
        try mapped ? Features(mapping: paths.features) : Features(contentsOf: paths.features)
      let names = try present(paths.names).map { path throws(FeatureError) in
        try readFileNames(path, of: features.rows, in: paths.features)
      }
      return LabeledFeatures(features: features, labels: nil, files: names)
    }
    return try LabeledFeatures(
      featuresAt: paths.features, labelsAt: labels, filesAt: present(paths.names), mapped: mapped)
  }

  /// Reads how the features in a folder were made, where it is known.
  package static func origin(in folder: String) throws(FeatureError) -> FeatureDescription? {
    let path = descriptionPath(in: folder)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try JSONFile.read(path, as: FeatureDescription.self)
  }
}

/// The files of one split in a folder of features.
struct SplitPaths {
  let features: String
  let labels: String
  let names: String

  init(_ split: FeatureFolder.Split, in folder: String) {
    features = "\(folder)/\(split.rawValue)_features.npy"
    labels = "\(folder)/\(split.rawValue)_labels.npy"
    names = "\(folder)/\(split.rawValue)_files.txt"
  }
}
