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
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .inaccessible(path: folder, reason: "cannot be made: \(error.localizedDescription)")
    }
    try Self.writeSplit(train, "train", folder)
    try Self.writeSplit(test, "test", folder)
    guard let origin else { return }
    let path = "\(folder)/features.json"
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try writeAtomically([Array(try encoder.encode(origin)), [0x0a]], to: path)
    } catch {
      throw .inaccessible(path: path, reason: "\(error)")
    }
  }

  private static func readSplit(
    _ split: String, _ folder: String
  ) throws(FeatureError) -> LabeledFeatures {
    let names = "\(folder)/\(split)_files.txt"
    return try LabeledFeatures(
      featuresAt: "\(folder)/\(split)_features.npy", labelsAt: "\(folder)/\(split)_labels.npy",
      filesAt: FileManager.default.fileExists(atPath: names) ? names : nil)
  }

  private static func writeSplit(
    _ samples: LabeledFeatures, _ split: String, _ folder: String
  ) throws(FeatureError) {
    try samples.write(
      featuresTo: "\(folder)/\(split)_features.npy", labelsTo: "\(folder)/\(split)_labels.npy",
      filesTo: "\(folder)/\(split)_files.txt")
  }

  private static func readDescription(_ path: String) throws(FeatureError) -> FeatureDescription? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try JSONDecoder().decode(FeatureDescription.self, from: data)
    } catch let error as DecodingError {
      throw .badDescription(path: path, reason: error.summary)
    } catch {
      throw .inaccessible(path: path, reason: "cannot be read")
    }
  }
}

extension DecodingError {
  /// What is wrong, on one line.
  fileprivate var summary: String {
    switch self {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "it is not JSON"
    }
  }
}
