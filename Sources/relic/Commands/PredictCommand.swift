internal import Foundation
internal import LinearProbe
internal import RelicNN

/// `relic predict`: applies a saved probe to features or images.
struct PredictCommand: DatasetCommand {
  static let name = "predict"
  static let summary = "classify features or images by a probe that 'relic probe --save' has kept"
  static let discussion = """
    Prints a line of comma-separated values for each sample: its file's name where it is known,
    otherwise its row, then the predicted class and the probability of each class. Samples are
    features that 'relic extract' has written, a .npy file, or a folder of images, which go through
    the encoder of the run that the probe's features came from.

      relic probe runs/photos/features --protocol calibrated --save probe
      relic predict probe runs/photos/features
      relic predict probe new_photos --output new.csv
      relic predict probe --features new_features.npy --files new_files.txt
    """
  static let operandPlaceholder: String? = "PROBE [FEATURES|IMAGES]"
  static let options: [OptionGroup<PredictCommand>] = [
    OptionGroup(
      "Prediction",
      [
        .value(
          "--features", sets: \.featurePath, as: "PATH",
          "a .npy of [samples, features], or a folder of 'relic extract'"),
        .value("--files", sets: \.namePath, as: "FILE", "a name on each line, one per sample"),
        .choice(
          "--split", sets: \.split, as: "NAME",
          "which samples of a folder (default: test where there are some, else train)"),
        .value(
          "--encoder", sets: \.encoder, as: "RUN",
          "the run whose encoder makes features of images (default: the probe's)"),
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        .value("--output", sets: \.outputPath, as: "FILE", "where to write (default: print)"),
        .flag(
          "--json", sets: \.printsJSON,
          "one JSON object in place of comma-separated values"),
        maxMegapixelsOption, brokenImagesOption,
      ])
  ]

  var featurePath: String?
  var namePath: String?
  var split: FeatureFolder.Split?
  var encoder: String?
  var batchSize = 256
  var outputPath: String?
  var printsJSON = false
  var files = DatasetFiles()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard let path = common.operands.first else {
      throw UsageError.missingOperand("the folder of a probe", help: help)
    }
    guard common.operands.count <= 2 else {
      throw UsageError.unexpectedOperand(common.operands[2], help: help)
    }
    let operand = common.operands.dropFirst().first
    if let operand, featurePath != nil {
      throw UsageError.conflict(
        "both '\(operand)' and '--features' are given", remedy: "give one of them")
    }
    guard let source = operand ?? featurePath else {
      throw UsageError.missingOperand("what to classify", help: help)
    }
    let writesJSON = printsJSON || outputPath?.lowercased().hasSuffix(".json") ?? false
    if let outputPath {
      if writesJSON { try UsageError.check(outputPath, endsIn: "json") }
      try AtomicFile.checkPlace(of: outputPath)
    }
    try MistakenPath.check(path, for: .probe)
    let probe = try FittedProbe(contentsOf: path)
    let (samples, origin) = try samples(source, for: probe, console)
    let names = try namePath.map { try readFileNames($0, of: samples.features.rows, in: source) }
    let text: String
    do {
      let predictions = try Predictions(probe, samples.features, names: names ?? samples.files)
      text = writesJSON ? predictions.json : predictions.csv
    } catch {
      throw UnfitFeatures(source: source, cause: error)
    }
    // Another encoder's features have another meaning, and nothing else would show it.
    if let known = probe.origin, let difference = origin?.difference(from: known) {
      console.writeError(
        "warning: \(source): features of \(difference), to which the probe was fitted\n")
    }
    console.forProgress.tell(
      "\(source): \(samples.features.rows.counted("sample")) of "
        + "\(samples.features.columns.counted("feature")), in "
        + "\(probe.classes.map(probe.name(of:)).classList)")
    if let outputPath {
      try AtomicFile.write(text.utf8, to: outputPath)
    } else {
      console.write(data: text)
    }
  }

  private static let noImages = "is for images, and features are given"

  private typealias Samples = (samples: LabeledFeatures, origin: FeatureDescription?)

  /// Reads features, or makes them of images.
  private func samples(
    _ path: String, for probe: FittedProbe, _ console: Console
  ) throws -> Samples {
    if let encoder { return try features(ofImages: path, RunFolder(path: encoder), probe, console) }
    let folder = RunFolder(path: path)
    guard folder.isFolder else {
      if split != nil {
        throw UsageError.conflict(
          "'--split' is for folders, and '\(path)' is none", remedy: "leave it out")
      }
      try refuseIdleImages(because: Self.noImages)
      return (LabeledFeatures(features: try Features(contentsOf: path), labels: nil), nil)
    }
    if folder.holdsRun {
      throw UsageError.conflict(
        "'\(path)' holds a run", remedy: "name features of it, such as \(folder.featuresPath)")
    }
    if !FeatureFolder.hasSamples(in: path), DatasetName(foundIn: path) != nil {
      guard let run = probe.origin?.run else {
        throw UsageError.conflict(
          "'\(path)' holds no features",
          remedy: "of images, name the run whose encoder makes them by --encoder")
      }
      return try features(ofImages: path, run, probe, console)
    }
    try refuseIdleImages(because: Self.noImages)
    return (
      try FeatureFolder.samples(of: split, in: path), try FeatureFolder.origin(in: path)
    )
  }

  private func features(
    ofImages path: String, _ run: RunFolder, _ probe: FittedProbe, _ console: Console
  ) throws -> Samples {
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError.cannotRead(path: path, reason: "there is no such folder")
    }
    // As the features that the probe was fitted to.
    let source = try FeatureSource(run, as: probe.origin)
    var files = files
    files.decoding = probe.origin?.imageDecoding
    let dataset = DatasetName(foundIn: path) ?? .folder
    let splits = DatasetSplits(
      dataset: dataset.rawValue, path: path,
      files: try files.completed(by: run, isPathTyped: true))
    let hasTest = dataset != .folder || ImageFolder.hasTestSplit(path)
    let split = split ?? (hasTest ? .test : .train)
    let images = try split == .test ? splits.test() : splits.train()
    let extraction = FeatureExtraction(
      source: source, splits: splits, batchSize: batchSize,
      skipped: SkippedImages(console), console: console.forProgress)
    let (samples, origin) = try extraction.features(of: images, called: split.rawValue)
    return (samples, origin)
  }
}
