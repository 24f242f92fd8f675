internal import RelicNN

/// `relic pretrain`: trains an encoder and writes a run folder.
struct PretrainCommand: DatasetCommand, SharedCommand {
  static let name = "pretrain"
  static let summary = "train an encoder on images without labels"
  static let discussion = """
    Trains an encoder by ReLIC and keeps the run in the folder of --save-model-dir: config.json,
    metrics.jsonl, encoder.safetensors (the target encoder under torchvision's names) and
    checkpoint.safetensors. Ctrl-C finishes the step and saves; --resume goes on to the same bits.
    A FOLDER of images is what --dataset-path names. Options may be typed with underscores, as the
    reference has them: --batch_size 256.

      relic pretrain photos --save-model-dir runs/photos
      relic pretrain --dataset-name cifar10 --gamma 0.99 --save-model-dir runs/cifar10
    """
  static let operandPlaceholder: String? = "[FOLDER]"
  static let options =
    RunOptions.groups.map { $0.within(\.recorded) } + [
      OptionGroup(
        "Run",
        [
          .value(
            "--save-model-dir", "-save-model-dir", sets: \.folder, as: "DIR", "the run's folder"),
          .value(
            "--resume", sets: \.resumed, as: "DIR",
            "go on with the run in this folder; with more --epochs, beyond its end"),
          .flag(
            "--accept-changed-images", sets: \.acceptsChangedImages,
            "with --resume: go on though the images are not those that the run began with"),
          mirrorOption,
        ] + cacheOptions + [
          .flag(
            "--tensorboard", sets: \.writesEvents,
            "write the numbers of metrics.jsonl as TensorBoard's event files, too; a run that is "
              + "resumed goes on with them"),
          .flag("--overwrite", sets: \.overwrites, "replace a run that is already in the folder"),
          .value(
            "--config", sets: \.configFile, as: "FILE",
            "options as a JSON object; a run folder's config.json is one"),
        ])
    ]

  static let refusals = Dictionary(
    uniqueKeysWithValues: [
      "--accumulate-grad-batches", "--accumulation-steps", "--gradient-accumulation",
      "--gradient-accumulation-steps", "--accum-iter",
    ].map {
      (
        $0,
        "adding up gradients does not enlarge the set of negatives, which is what a large batch is "
          + "for here; use a larger --batch-size, with --recompute if memory is short"
      )
    })

  /// The options that decide the run.
  var recorded = RunOptions()
  var folder = "./models"
  var resumed: String?
  var acceptsChangedImages = false
  var overwrites = false
  var writesEvents = false
  var configFile: String?
  /// The batch size that was chosen for the data set, if one was.
  var batchFit: BatchFit?
  var files = DatasetFiles()
  var ranks: any Communicator = OneRank()
  var common = CommonSettings()

  var configuration: PretrainingConfiguration {
    get { recorded.configuration }
    set { recorded.configuration = newValue }
  }

  var configurationFile: String? {
    guard let resumed else { return configFile }
    let run = RunFolder(path: resumed)
    // What is wrong with a run's own file is told of the run.
    return (try? run.options()) == nil ? nil : run.configurationPath
  }

  func run(_ console: Console) throws {
    var command = self
    try command.findDataset()
    try command.runWithDataset(console)
  }

  /// Takes the folder that was typed, and the data set that lies in it where none was named.
  private mutating func findDataset() throws {
    try refuseIdleCache()
    if resumed == nil { try settlePrefix() } else { recorded.takeScale(given: common.given) }
    if resumed != nil, let operand = common.operands.first {
      throw UsageError.conflict(
        "the folder '\(operand)' is given beside '--resume', which has its own",
        remedy: "give one of them")
    }
    let folder = try typedFolder(
      byOption: configuration.datasetPath, of: recorded.namesDataset ? recorded.datasetName : nil)
    configuration.datasetPath = folder ?? configuration.datasetPath
    if recorded.namesDataset { return }
    // The default is a large set, and would be fetched into a folder meant for another. What is wrong
    // with a folder without images is told when it is opened.
    let isMeantForAnother = folder != nil || configurationFile != nil
    recorded.datasetName =
      DatasetName(foundIn: configuration.datasetPath) ?? (isMeantForAnother ? .folder : nil)
  }

  /// Makes the run; what was left open is settled by the images on the way.
  private mutating func runWithDataset(_ console: Console) throws {
    let asked = self
    let run = RunFolder(path: resumed ?? folder)
    // What can be told at once is told before a data set is fetched.
    try check(run)
    if resumed == nil { try settleIdleOptions() }
    try settleFiles(console)
    resumed == nil
      ? recorded.settleImageSizes(given: common.given) : recorded.takeImageSize()
    try configuration.viewStrength.check()
    let encoder = configuration.makeEncoder()
    let mayFitBatch = !recorded.givesBatchSize && recorded.datasetName?.archive == nil
    if !mayFitBatch { try checkSizes(encoder) }
    // Rank 0 has what all start from.
    let start = try startingWeights()
    if start?.isWholeModel == true {
      try refuse("--logit-scale", because: "is part of the model that '--ckpt-path' names")
    }
    try fetchDataset(console)
    let splits = DatasetSplits(configuration, files)
    let dataset = try splits.pretraining()
    try checkValidation(of: splits)
    batchFit = recorded.fitBatch(toImages: dataset.count)
    if mayFitBatch || batchFit != nil { try checkSizes(encoder) }
    let loader = try loader(of: dataset)
    recorded.fitWarmup(toSteps: configuration.epochs * loader.stepsPerEpoch)
    if ranks.rank == 0 {
      try RunForecast(
        configuration, of: encoder, stepsPerEpoch: loader.stepsPerEpoch
      ).checkDisk(of: run, begun: resumed != nil, free: DiskSpace.free(at: run.path))
    }
    let skipped = SkippedImages(console)
    let evaluation = try evaluation(by: splits, skipped, console)
    try compareRanks(dataset)
    // One of a recipe or a file is not that of the model.
    if start?.isWholeModel == true { configuration.initialLogitScale = nil }
    let lock = try ranks.rank == 0 ? run.lock() : nil
    defer { lock?.release() }
    // Another process may have begun or ended a run here since.
    if ranks.rank == 0 { try asked.check(run) }
    try train(encoder, run, loader, from: start, evaluation, skipped, console)
  }

  /// Settles how the files of images are read, and where a configuration file has them.
  private mutating func settleFiles(_ console: Console) throws {
    files.brokenImages = recorded.brokenImages
    files.maxMegapixels = recorded.maxMegapixels
    files.decoding = recorded.decoding
    files = try files.withCache(console)
    guard let file = configurationFile else { return }
    let place = try ConfigurationFile(path: file).datasetPath()
    files.recordedPath = place?.path == configuration.datasetPath ? place : nil
  }

  /// Returns the weights that a run begins with, if they are those of a file.
  private func startingWeights() throws -> StartingWeights? {
    guard let path = recorded.weights, ranks.rank == 0, resumed == nil else { return nil }
    do {
      return try StartingWeights(path: path, under: recorded.prefix)
    } catch let error as FileError {
      guard let file = configFile, !common.typed.contains("ckpt_path") else { throw error }
      throw RunError.missingWeights(error, file: file)
    }
  }

  /// Fetches a published data set that is missing.
  private func fetchDataset(_ console: Console) throws {
    guard let name = recorded.datasetName else { return }
    try ranks.inTurns {
      try files.fetchIfMissing(name, in: configuration.datasetPath, console)
    }
  }

  /// Returns the batches of the images; refuses images that make none.
  private func loader(of dataset: any ImageDataset) throws(UsageError) -> BatchLoader {
    let loader = BatchLoader(
      dataset: dataset, configuration: configuration, broken: recorded.brokenImages)
    guard loader.stepsPerEpoch == 0 else { return loader }
    throw .conflict(
      "'--batch-size' is \(configuration.batchSize), but \(configuration.dataset) has "
        + dataset.count.counted("image"),
      remedy: dataset.count < 2
        ? "add some, for each is told from the others" : "choose a smaller one")
  }

  /// Returns the evaluations made meanwhile; refuses them where nothing can be scored and they were
  /// asked for.
  private func evaluation(
    by splits: DatasetSplits, _ skipped: SkippedImages, _ console: Console
  ) throws(UsageError) -> OnlineEvaluation? {
    let interval = recorded.evaluationInterval
    let evaluation = OnlineEvaluation(
      every: interval ?? 5 * configuration.logEveryNSteps, of: configuration, by: splits,
      skipped: skipped, console: console)
    guard let interval, interval > 0, evaluation == nil else { return evaluation }
    throw .conflict(
      "'--eval-every' is \(interval), but \(configuration.dataset) has no labelled "
        + "train and test splits of two classes in \(configuration.datasetPath)",
      remedy: resumed == nil ? "leave it out" : "give 0")
  }
}
