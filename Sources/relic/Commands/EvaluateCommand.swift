internal import LinearProbe
internal import RelicNN

/// `relic evaluate`: extracts features of runs, probes them and prints one table.
struct EvaluateCommand: ProbingCommand, DatasetCommand, NetworkCommand, ValidatingCommand,
  NormalizingCommand
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
          "the folder the data set lies in (default: the run's)"),
        validationOption,
        .flag(
          "--controls", sets: \.hasControls,
          "score raw pixels and the untrained encoder of the first run, too"),
        networkOption,
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        meanOption, deviationOption, mirrorOption, brokenImagesOption,
        .choice("--format", sets: \.format, as: "NAME", "layout of the table"),
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
  var files = DatasetFiles()
  var scoring = ProbeOptions()
  var format = AccuracyTable.Format.text
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: "relic \(Self.name) --help")
    }
    let runs = common.operands.map { RunFolder(path: $0) }
    // All are read before the first is scored: a wrong name at the end costs no time.
    let sources = try runs.map {
      ($0, try $0.options().configuration, try FeatureSource($0, network))
    }
    for (run, configuration, _) in sources {
      guard let name = datasetName ?? DatasetName(rawValue: configuration.dataset) else { continue }
      try files.fetchIfMissing(name, in: datasetPath ?? configuration.datasetPath, console)
      try NothingToScoreBy.check(splits(of: configuration), of: run.path)
    }
    let skipped = SkippedImages(console)
    var scores: [ProbeScore] = []
    if hasControls, let (_, configuration, _) = sources.first {
      for source in [
        FeatureSource(rawPixelsOf: configuration.imageSize),
        FeatureSource(untrained: configuration),
      ] {
        scores += try self.scores(of: source, configuration, skipped, console)
      }
    }
    var failure: FileError?
    for (run, configuration, source) in sources {
      let own = try self.scores(of: source, configuration, skipped, console)
      scores += own
      do throws(FileError) {
        try run.write(own)
      } catch {
        failure = failure ?? error
      }
    }
    console.write(AccuracyTable(scores).rendered(as: format))
    // Scores that took hours are shown also where they cannot be kept.
    if let failure { throw failure }
  }

  private func splits(of configuration: PretrainingConfiguration) -> DatasetSplits {
    DatasetSplits(
      dataset: datasetName?.rawValue ?? configuration.dataset,
      path: datasetPath ?? configuration.datasetPath,
      validationCount: validationCount ?? configuration.validationCount)
  }

  private func scores(
    of source: FeatureSource, _ configuration: PretrainingConfiguration,
    _ skipped: SkippedImages, _ console: Console
  ) throws -> [ProbeScore] {
    let dataset = datasetName?.rawValue ?? configuration.dataset
    var source = source
    if source.encoder != nil {
      source.normalization = try pixels.normalization(help: "relic \(Self.name) --help")
    }
    let extraction = FeatureExtraction(
      source: source, splits: splits(of: configuration), batchSize: batchSize,
      brokenImages: files.brokenImages, skipped: skipped,
      console: console.forProgress)
    return try ProbeRun(probe: scoring.complete, isSilent: false, console: console.forProgress)
      .evaluate(extraction.features(), from: dataset).scores
  }
}
