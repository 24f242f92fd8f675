internal import LinearProbe
internal import RelicNN

/// `relic evaluate`: extracts features of runs, probes them and prints one table.
struct EvaluateCommand: ProbingCommand, DatasetCommand, NetworkCommand, ValidatingCommand,
  NormalizingCommand, PrecisionCommand
{
  static let name = "evaluate"
  static let summary = "extract and probe the encoders of runs, and print one table"
  static let discussion = """
    For each run folder: features of the frozen target encoder for the labelled splits, then a
    logistic regression on them. '--protocol calibrated' is the protocol of the published numbers.

      relic evaluate runs/cifar10 --controls --format markdown
    """
  static let operandPlaceholder: String? = "RUN..."
  static let options: [OptionGroup<EvaluateCommand>] = [
    OptionGroup(
      "Evaluation",
      [
        .choice(
          "--dataset-name", sets: \.datasetName, as: "NAME", "the images (default: the run's)"),
        .value(
          "--dataset-path", sets: \.datasetPath, as: "DIR",
          "the folder the data set lies in (default: the run's, or ./data where that is of another "
            + "set)"),
        validationOption,
        .flag(
          "--controls", sets: \.hasControls,
          "score raw pixels and the untrained encoder of the first run, too"),
        networkOption,
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        meanOption, deviationOption, precisionOption, maxMegapixelsOption, decodeOption,
        mirrorOption, brokenImagesOption,
      ] + cacheOptions + [
        .choice("--format", sets: \.format, as: "NAME", "layout of the table"),
        .flag("--json", sets: \.printsJSON, "the same as '--format json'"),
      ]),
    scoringOptions,
  ]

  var datasetName: DatasetName?
  var datasetPath: String?
  var validationCount: Int?
  var hasControls = false
  var network = RunNetwork.target
  var batchSize = 256
  var pixels = PixelOptions()
  var precision = Precision.float32
  var files = DatasetFiles()
  var scoring = ProbeOptions()
  var format = AccuracyTable.Format.text
  var printsJSON = false
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: help)
    }
    try refuseIdleCache()
    try refuseIdleScoring()
    for path in common.operands { try MistakenPath.check(path, for: .run) }
    let runs = common.operands.map { RunFolder(path: $0) }
    let files = try files.withCache(console)
    // All are read before the first is scored: a wrong name at the end costs no time.
    let sources = try runs.map { run in
      let images = try DatasetSplits(
        datasetName, in: datasetPath, holdingOut: validationCount, of: run, files)
      return (run, images, try FeatureSource(run, network, in: precision))
    }
    if let (_, _, source) = sources.first { tell(of: source, console) }
    for (run, images, _) in sources {
      guard let name = DatasetName(rawValue: images.dataset) else { continue }
      try images.files.fetchIfMissing(name, in: images.path, console)
      try NothingToScoreBy.check(images, of: run.path)
    }
    var scorer = Scorer(
      batchSize: batchSize, normalization: try pixels.normalization(help: help),
      probe: scoring.complete, console: console.forProgress, skipped: SkippedImages(console))
    var scores: [ProbeScore] = []
    if hasControls, let (run, images, _) = sources.first {
      let configuration = try run.options().configuration
      for source in [
        FeatureSource(rawPixelsOf: configuration.featureImageSize),
        FeatureSource(untrained: configuration, in: precision),
      ] {
        scores += try scorer.scores(of: source, images)
      }
    }
    var failure: FileError?
    for (run, images, source) in sources {
      let own = try scorer.scores(of: source, images)
      scores += own
      do throws(FileError) {
        try run.write(own)
      } catch {
        failure = failure ?? error
      }
    }
    console.write(AccuracyTable(scores).rendered(as: printsJSON ? .json : format))
    for score in scores {
      for doubt in Remedies.doubts(about: score) {
        console.writeError("warning: \(score.modelName): \(doubt)\n")
      }
    }
    // Scores that took hours are shown also where they cannot be kept.
    if let failure { throw failure }
  }
}

/// Extracts and scores features; says once what was taken for each split of a data set.
private struct Scorer {
  let batchSize: Int
  /// What an encoder's training did to pixels.
  let normalization: PixelNormalization?
  let probe: Probe
  let console: Console
  let skipped: SkippedImages
  var told: Set<[String]> = []

  mutating func scores(
    of source: FeatureSource, _ images: DatasetSplits
  ) throws -> [ProbeScore] {
    var source = source
    if source.encoder != nil { source.normalization = normalization }
    let isNew =
      told.insert([images.dataset, images.path, "\(images.validationCount)"]).inserted
    let extraction = FeatureExtraction(
      source: source, splits: images, batchSize: batchSize, skipped: skipped, console: console,
      tellsOfImages: isNew)
    return try ProbeRun(probe: probe, isSilent: false, console: console)
      .evaluate(extraction.features(), from: images.dataset).scores
  }
}
