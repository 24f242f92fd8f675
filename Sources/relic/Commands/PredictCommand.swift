internal import LinearProbe
internal import RelicNN

/// `relic predict`: applies a saved probe to features.
struct PredictCommand: Command {
  static let name = "predict"
  static let summary = "classify features by a probe that 'relic probe --save' has kept"
  static let discussion = """
    Prints a line of comma-separated values for each sample: its file's name where it is known,
    otherwise its row, then the predicted class and the probability of each class.

      relic probe features --protocol calibrated --save probe
      relic predict probe --features new_features.npy --files new_files.txt --output new.csv
    """
  static let operandPlaceholder: String? = "PROBE"
  static let options: [OptionGroup<PredictCommand>] = [
    OptionGroup(
      "Prediction",
      [
        .value("--features", sets: \.featurePath, as: "FILE", "a .npy of [samples, features]"),
        .value("--files", sets: \.namePath, as: "FILE", "a name on each line, one per sample"),
        .value("--output", sets: \.outputPath, as: "FILE", "where to write (default: print)"),
      ])
  ]

  var featurePath: String?
  var namePath: String?
  var outputPath: String?
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard let path = common.operands.first else {
      throw UsageError.missingOperand("the folder of a probe", help: help)
    }
    guard common.operands.count == 1 else {
      throw UsageError.unexpectedOperand(common.operands[1], help: help)
    }
    guard let featurePath else { throw UsageError.missing("--features", help: help) }
    try MistakenPath.check(path, for: .probe)
    let probe = try FittedProbe(contentsOf: path)
    let features = try Features(contentsOf: featurePath)
    let names = try namePath.map { try readFileNames($0, of: features.rows, in: featurePath) }
    let text: String
    do {
      text = try Self.table(probe, features, names: names)
    } catch {
      throw UnfitFeatures(source: featurePath, cause: error)
    }
    console.forProgress.line(
      "\(featurePath): \(features.rows) samples of \(features.columns) features, in "
        + "\(probe.classes.map(probe.name(of:)).classList)")
    if let outputPath {
      try AtomicFile.write(text.utf8, to: outputPath)
    } else {
      console.write(text)
    }
  }

  private static func table(
    _ probe: FittedProbe, _ features: Features, names: [String]?
  ) throws(FitError) -> String {
    let probabilities = try probe.probabilities(features)
    let classes = probe.classes.map(probe.name(of:))
    var text = csvLine([names == nil ? "row" : "file", "prediction"] + classes)
    for (row, label) in probe.labels(probabilities).enumerated() {
      text += csvLine(
        [names?[row] ?? String(row), probe.name(of: label)]
          + probabilities.row(row).map { "\($0)" })
    }
    return text
  }
}
