internal import Foundation
internal import LinearProbe
internal import RelicNN

/// `relic extract`: writes the features that a frozen encoder gives.
struct ExtractCommand: DatasetCommand, NetworkCommand, ValidatingCommand, PrefixSettings,
  NormalizingCommand, PrecisionCommand, SharedCommand
{
  static let name = "extract"
  static let summary = "write the features of a frozen encoder as .npy files"
  static let discussion = """
    Writes train_features.npy, train_labels.npy, test_features.npy, test_labels.npy and
    features.json to the folder of --output. Rows are in the data set's order. The encoder is that
    of a run folder, or a file: safetensors, or a .pth of torchvision or of the reference.

      relic extract runs/cifar10
      relic extract --encoder encoder.pth -m resnet18 --stem imagenet --dataset-name cifar10 \\
        --output features
    """
  static let operandPlaceholder: String? = "[RUN]"
  static let options: [OptionGroup<ExtractCommand>] = [
    OptionGroup(
      "Encoder",
      [
        .value("--encoder", sets: \.encoder, as: "PATH", "a run folder or a file of weights"),
        .choice(
          "--encoder-model-name", "-m", sets: \.model, as: "NAME",
          "the encoder (default: the run's)"),
        networkOption,
        .choice(
          "--stem", sets: \.stem, as: "NAME", "first layers of a ResNet (default: the run's)"),
        prefixOption, meanOption, deviationOption, precisionOption,
        .flag("--random-init", sets: \.isUntrained, "random weights, as a control"),
        .flag("--raw-pixels", sets: \.takesPixels, "the pixels themselves, as a control"),
        .value(
          "--seed", sets: \.seed, as: "N", "seed of random weights (default: the run's, or 42)"),
      ]),
    OptionGroup(
      "Data",
      [
        .choice(
          "--dataset-name", sets: \.datasetName, as: "NAME", "the images (default: the run's)"),
        .value(
          "--dataset-path", sets: \.datasetPath, as: "DIR",
          "the folder the data set lies in (default: the run's, or ./data)"),
        validationOption,
        .value(
          "--image-size", sets: \.imageSize, as: "N", from: RunOptions.imageSizes.lowerBound,
          to: RunOptions.imageSizes.upperBound,
          "side of the images in pixels (default: the run's, or the data set's)"),
        .value(
          "--batch-size", "-b", sets: \.batchSize, as: "N", from: 1, to: 65_536,
          "images at a time"),
        .value(
          "--output", sets: \.output, as: "DIR",
          "the folder to write to (default, in the run folder: 'features', 'features-online', and "
            + "for controls 'features-random-init' and 'features-raw-pixels')"),
        maxMegapixelsOption, decodeOption, mirrorOption, brokenImagesOption,
      ] + cacheOptions),
  ]

  var encoder: String?
  var model: EncoderModel?
  var stem: Stem?
  var network = RunNetwork.target
  var prefix: String?
  var pixels = PixelOptions()
  var precision = Precision.float32
  var isUntrained = false
  var takesPixels = false
  var seed: UInt64?
  var datasetName: DatasetName?
  var datasetPath: String?
  var validationCount: Int?
  var imageSize: Int?
  var batchSize = 256
  var output: String?
  var files = DatasetFiles()
  var ranks: any Communicator = OneRank()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard common.operands.count <= 1 else {
      throw UsageError.unexpectedOperand(common.operands[1], help: help)
    }
    if let operand = common.operands.first, encoder != nil {
      throw UsageError.conflict(
        "both the run '\(operand)' and '--encoder' are given", remedy: "give one of them")
    }
    try refuseIgnored()
    if isUntrained, takesPixels {
      throw UsageError.conflict(
        "'--random-init' and '--raw-pixels' are two controls", remedy: "give one of them")
    }
    if takesPixels, pixels != PixelOptions() {
      throw UsageError.conflict(
        "'--raw-pixels' takes pixels as they are", remedy: "leave out --mean and --std")
    }
    if takesPixels, precision != .float32 {
      throw UsageError.conflict(
        "'--raw-pixels' computes nothing", remedy: "leave out --precision")
    }
    let path = common.operands.first ?? encoder
    let run = path.map { RunFolder(path: $0) }.flatMap { $0.isFolder ? $0 : nil }
    if let operand = common.operands.first, !FileManager.default.fileExists(atPath: operand) {
      throw RunError.noRun(path: operand)
    }
    if let run { try MistakenPath.check(run.path, for: .run) }
    let recorded = try run?.options().configuration
    guard let name = datasetName ?? recorded.flatMap({ DatasetName(rawValue: $0.dataset) }) else {
      throw UsageError.missing("--dataset-name", help: help)
    }
    guard let folder = output ?? run.map({ $0.featuresPath + kind.rawValue }) else {
      throw UsageError.missing("--output", help: help)
    }
    try OutputFolder.check(folder, option: "--output")
    var configuration = recorded ?? PretrainingConfiguration()
    configuration.encoder = model ?? configuration.encoder
    configuration.stem = stem ?? configuration.stem
    configuration.wholeImageSize = imageSize ?? recorded?.featureImageSize ?? name.imageSize
    configuration.seed = seed ?? configuration.seed
    var source = try source(path: path, run: run, configuration, help: help)
    source.normalization = try pixels.normalization(help: help)
    for note in source.notes { console.writeError("note: \(note)\n") }
    let splits = try DatasetSplits(
      name, in: datasetPath, holdingOut: validationCount, of: run, files.withCache(console))
    tell(of: source, console)
    try ranks.inTurns { try splits.files.fetchIfMissing(name, in: splits.path, console) }
    var extraction = FeatureExtraction(
      source: source, splits: splits, batchSize: batchSize, skipped: SkippedImages(console),
      console: console, tellsOfImages: true)
    extraction.ranks = ranks
    let lock = try ranks.rank == 0 ? FeatureFolder.lock(folder) : nil
    defer { lock?.release() }
    let ending = PromptEnd()
    defer { withExtendedLifetime(ending) {} }
    if name == .folder, splits.validationCount == 0, !ImageFolder.hasTestSplit(splits.path) {
      return try write(extraction, to: folder, console)
    }
    let (train, test) = try extraction.writeFeatures(to: folder)
    console.tell(
      "\(folder): \(train.rows) + \(test.rows) images, \(train.columns.counted("feature")) each; "
        + Self.advice(train, test, in: folder))
  }

  /// What can be done with features: without labels there is nothing to score.
  private static func advice(
    _ train: FeatureWriter, _ test: FeatureWriter, in folder: String
  ) -> String {
    if !train.hasLabels {
      return "the images to train on are without labels, so there is nothing to score"
    }
    if !test.hasLabels {
      return "the images to test on are without labels; 'relic predict PROBE \(folder.shellWord)' "
        + "sorts them into the classes of a probe of the same encoder"
    }
    return "score them with 'relic probe \(folder.shellWord)'"
  }

  /// Refuses options that say nothing of what the features are of.
  private func refuseIgnored() throws(UsageError) {
    if takesPixels {
      try refuse(
        "--encoder-model-name", "--stem", "--network", "--prefix", "--seed",
        because: "is for encoders, and '--raw-pixels' has none")
    } else if isUntrained {
      try refuse("--network", "--prefix", because: "is for trained encoders, not '--random-init'")
    } else {
      try refuse("--seed", because: "is for the random weights of '--random-init'")
    }
    if isUntrained || takesPixels, let encoder, !RunFolder(path: encoder).isFolder {
      throw .conflict(
        "'--encoder' is the file \(encoder), of which a control takes nothing",
        remedy: "leave it out")
    }
    try refuseIdleCache()
  }

  /// What the features are of.
  private var kind: RunFolder.FeatureKind {
    isUntrained ? .untrained : takesPixels ? .pixels : network == .online ? .online : .target
  }

  /// Writes the features of a folder that is not cut into training and test images.
  private func write(
    _ extraction: FeatureExtraction, to folder: String, _ console: Console
  ) throws {
    let images = try extraction.splits.train()
    let advice = ScoringAdvice(extraction.splits)
    let samples = try extraction.writeFeatures(of: images, to: folder)
    console.tell(
      "\(folder): \(samples.rows.counted("image")), \(samples.columns.counted("feature")) each; "
        + advice.afterExtraction(to: folder))
  }

  private func source(
    path: String?, run: RunFolder?, _ configuration: PretrainingConfiguration, help: String
  ) throws -> FeatureSource {
    if takesPixels { return FeatureSource(rawPixelsOf: configuration.featureImageSize) }
    if isUntrained { return FeatureSource(untrained: configuration, in: precision) }
    guard let path else { throw UsageError.missingOperand("a run folder or --encoder", help: help) }
    if let run, model == nil, stem == nil, imageSize == nil, prefix == nil {
      return try FeatureSource(run, network, in: precision)
    }
    if network == .online {
      throw UsageError.conflict(
        "'--network online' takes a run as it is", remedy: "leave out what describes an encoder")
    }
    let file = EncoderFile(
      path: run?.encoderPath ?? path, prefix: prefix, model: configuration.encoder,
      stem: configuration.stem)
    return try FeatureSource(file, imageSize: configuration.featureImageSize, in: precision)
  }
}
