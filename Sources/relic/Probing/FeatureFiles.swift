internal import LinearProbe

/// Where the features to score lie: in a folder, or in four files of the user's own.
struct FeatureFiles: Equatable {
  var trainFeatures: String?
  var trainLabels: String?
  var testFeatures: String?
  var testLabels: String?

  /// What the user named, for an error.
  func name(operands: [String]) -> String {
    operands.first ?? [trainFeatures, testFeatures].compactMap { $0 }.joined(separator: ", ")
  }

  /// Reads the features that the operands or the files name.
  ///
  /// - Parameters:
  ///   - operands: The arguments without a dash.
  ///   - help: The command that shows how to name features, for an error.
  /// - Returns: The training and test features.
  /// - Throws: If not exactly one folder or four files are named, or one cannot be read.
  func folder(operands: [String], help: String) throws -> FeatureFolder {
    guard operands.count <= 1 else {
      throw UsageError.unexpectedOperand(operands[1], help: help)
    }
    if let path = operands.first {
      guard self == FeatureFiles() else {
        throw UsageError.conflict(
          "both a folder and files of features are given", remedy: "give one of them")
      }
      try MistakenPath.check(path, for: .features)
      return try FeatureFolder(mapping: path)
    }
    if self == FeatureFiles() {
      throw UsageError.missingOperand("a folder of features or --train-features", help: help)
    }
    return try FeatureFolder(
      train: LabeledFeatures(
        featuresAt: Self.given(trainFeatures, "--train-features", help),
        labelsAt: Self.given(trainLabels, "--train-labels", help), mapped: true),
      test: LabeledFeatures(
        featuresAt: Self.given(testFeatures, "--test-features", help),
        labelsAt: Self.given(testLabels, "--test-labels", help), mapped: true))
  }

  private static func given(_ path: String?, _ option: String, _ help: String) throws -> String {
    guard let path else { throw UsageError.missing(option, help: help) }
    return path
  }
}
