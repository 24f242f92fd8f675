internal import Foundation

/// The features of a data set's train and test splits, as one encoder gives them.
///
/// On disk a folder: `train_features.npy`, `train_labels.npy`, the same for `test`, where known
/// `train_files.txt` and `test_files.txt` with one name per line, and `features.json`, which says
/// how they were made.
public struct FeatureFolder: Equatable, Sendable {
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
  public init(contentsOf folder: String) throws(FeatureError) {
    try self.init(
      train: Self.readSplit("train", folder), test: Self.readSplit("test", folder),
      origin: Self.readDescription("\(folder)/features.json"))
  }

  /// Writes the folder, making it where it is missing; each file as a whole.
  public func write(to folder: String) throws(FeatureError) {
    try Self.write(train, as: "train", origin: origin, to: folder)
    try Self.write(test, as: "test", origin: origin, to: folder)
  }

  /// Writes one split, making the folder where it is missing; each file as a whole.
  ///
  /// A split of which no label is known, all being -1, gets no file of labels.
  public static func write(
    _ samples: LabeledFeatures, as split: String, origin: FeatureDescription?, to folder: String
  ) throws(FeatureError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be made")
    }
    try samples.write(
      featuresTo: "\(folder)/\(split)_features.npy", labelsTo: "\(folder)/\(split)_labels.npy",
      filesTo: "\(folder)/\(split)_files.txt")
    if let origin { try JSONFile.write(origin, to: "\(folder)/features.json") }
  }

  private static func readSplit(
    _ split: String, _ folder: String
  ) throws(FeatureError) -> LabeledFeatures {
    let names = "\(folder)/\(split)_files.txt"
    return try LabeledFeatures(
      featuresAt: "\(folder)/\(split)_features.npy", labelsAt: "\(folder)/\(split)_labels.npy",
      filesAt: FileManager.default.fileExists(atPath: names) ? names : nil)
  }

  private static func readDescription(_ path: String) throws(FeatureError) -> FeatureDescription? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try JSONFile.read(path, as: FeatureDescription.self)
  }
}
