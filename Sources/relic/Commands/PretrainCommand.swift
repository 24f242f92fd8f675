internal import RelicNN

/// `relic pretrain`: trains an encoder and writes a run folder.
struct PretrainCommand: DatasetCommand, PrefixCommand, SharedCommand {
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
          .value(
            "--ckpt-path", sets: \.weights, as: "FILE",
            "start from the weights of a relic_model.pth or checkpoint.safetensors, or of an "
              + "encoder alone, such as torchvision's resnet18.pth"),
          prefixOption, mirrorOption, brokenImagesOption,
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
  var weights: String?
  var prefix: String?
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
    return run.holdsRun ? run.configurationPath : nil
  }

  func run(_ console: Console) throws {
    let command = try withDataset()
    try command.runWithDataset(console)
  }

  /// Returns the command with the folder that was typed, and with the data set that lies in it
  /// where none was named.
  private func withDataset() throws -> PretrainCommand {
    var command = self
    let help = "relic \(Self.name) --help"
    guard common.operands.count <= 1 else {
      throw UsageError.unexpectedOperand(common.operands[1], help: help)
    }
    try refuseIdleCache()
    if prefix != nil, weights == nil { throw UsageError.missing("--ckpt-path", help: help) }
    let namesFolder = common.operands.first != nil || common.typed.contains("dataset_path")
    if namesFolder, recorded.datasetName == .shapes, recorded.namesDataset {
      throw UsageError.conflict(
        "'--dataset-name' is shapes, which the program draws, and a folder is given",
        remedy: "leave out one")
    }
    if let operand = common.operands.first {
      guard !common.typed.contains("dataset_path"), resumed == nil else {
        throw UsageError.conflict(
          "the folder '\(operand)' is given beside "
            + (resumed == nil ? "'--dataset-path'" : "'--resume', which has its own"),
          remedy: "give one of them")
      }
      try RunFolder.checkMayHoldImages(operand)
      command.configuration.datasetPath = operand
    }
    if recorded.namesDataset { return command }
    if let found = DatasetName(foundIn: command.configuration.datasetPath) {
      command.recorded.datasetName = found
    }
    return command
  }

  private func runWithDataset(_ console: Console) throws {
    let run = RunFolder(path: resumed ?? folder)
    // What can be told at once is told before a data set is fetched.
    try check(run)
    try configuration.viewStrength.check()
    if resumed == nil { try checkLoss() }
    var command = self
    command.files.maxMegapixels = recorded.maxMegapixels
    command.files.decoding = recorded.decoding
    command.files = try command.files.withCache(console)
    if let file = configurationFile {
      let place = try ConfigurationFile(path: file).datasetPath()
      command.files.recordedPath = place?.path == configuration.datasetPath ? place : nil
    }
    let files = command.files
    command.recorded.imageSize = recorded.imageSize ?? recorded.datasetName?.imageSize
    command.configuration.imageSize = command.recorded.imageSize ?? configuration.imageSize
    let encoder = command.configuration.makeEncoder()
    let mayFitBatch = !recorded.givesBatchSize && recorded.datasetName?.archive == nil
    if !mayFitBatch { try command.checkSizes(encoder) }
    // Rank 0 has what all start from.
    let start =
      try ranks.rank > 0 ? nil : weights.map { try StartingWeights(path: $0, under: prefix) }
    // The default is a large set, and would be fetched into a folder meant for another.
    let isDefault = configuration.datasetPath == Self().configuration.datasetPath
    guard recorded.namesDataset || (isDefault && configurationFile == nil) else {
      throw RunError.noImages(path: configuration.datasetPath)
    }
    if let datasetName = recorded.datasetName {
      try ranks.inTurns {
        try files.fetchIfMissing(datasetName, in: configuration.datasetPath, console)
      }
    }
    let splits = DatasetSplits(configuration, files)
    let dataset = try splits.pretraining()
    command.batchFit = command.recorded.fitBatch(toImages: dataset.count)
    if mayFitBatch || command.batchFit != nil { try command.checkSizes(encoder) }
    let loader = BatchLoader(
      dataset: dataset, configuration: command.configuration, broken: files.brokenImages)
    guard loader.stepsPerEpoch > 0 else {
      throw UsageError.conflict(
        "'--batch-size' is \(configuration.batchSize), but \(configuration.dataset) has "
          + dataset.count.counted("image"),
        remedy: dataset.count < 2
          ? "add some, for each is told from the others" : "choose a smaller one")
    }
    command.recorded.fitWarmup(toSteps: command.configuration.epochs * loader.stepsPerEpoch)
    if ranks.rank == 0 {
      try RunForecast(
        command.configuration, of: encoder, stepsPerEpoch: loader.stepsPerEpoch
      ).checkDisk(of: run, free: DiskSpace.free(at: run.path))
    }
    let skipped = SkippedImages(console)
    let evaluationInterval = recorded.evaluationInterval
    let evaluation = OnlineEvaluation(
      every: evaluationInterval ?? 5 * configuration.logEveryNSteps, of: command.configuration,
      by: splits, skipped: skipped, console: console)
    if let evaluationInterval, evaluationInterval > 0, evaluation == nil {
      throw UsageError.conflict(
        "'--eval-every' is \(evaluationInterval), but \(configuration.dataset) has no labelled "
          + "train and test splits of two classes in \(configuration.datasetPath)",
        remedy: resumed == nil ? "leave it out" : "give 0")
    }
    try command.compareRanks(dataset)
    let lock = try ranks.rank == 0 ? run.lock() : nil
    defer { lock?.release() }
    // Another process may have begun or ended a run here since.
    if ranks.rank == 0 { try check(run) }
    try command.train(encoder, run, loader, from: start, evaluation, skipped, console)
  }

  /// Refuses options of which the loss would take no notice.
  private func checkLoss() throws(UsageError) {
    if configuration.temperature != nil {
      if configuration.useSigLIP {
        throw .conflict(
          "'--tau' is of the cross-entropy, and '--use-siglip' takes another loss",
          remedy: "leave out one")
      }
      try refuse("--logit-scale", because: "is the start of the scale that '--tau' fixes")
    }
    let limit = configuration.loss.maximumLogitScale
    if let scale = configuration.initialLogitScale, scale > limit {
      throw .conflict(
        "'--logit-scale' is \(scale), and the loss limits the scale to \(limit)",
        remedy: "give at most that")
    }
  }

  /// Refuses to begin over a run, and to resume one that is not there or under other options.
  private func check(_ run: RunFolder) throws {
    guard resumed != nil else {
      if acceptsChangedImages {
        throw UsageError.conflict(
          "'--accept-changed-images' is for runs that are resumed", remedy: "leave it out")
      }
      guard !overwrites, let file = run.firstFile else { return }
      throw run.holdsRun ? RunError.holdsRun(path: run.path) : RunError.holdsFile(path: file)
    }
    if folder != Self().folder, folder != resumed {
      throw UsageError.conflict(
        "'--resume' goes on in the run's own folder", remedy: "leave out --save-model-dir")
    }
    if overwrites {
      throw UsageError.conflict(
        "'--resume' goes on with a run, and '--overwrite' replaces one",
        remedy: "give one of them")
    }
    if weights != nil || configFile != nil {
      throw UsageError.conflict(
        "'--resume' takes weights and options from the run's folder",
        remedy: "leave out --ckpt-path and --config")
    }
    let begun = try run.options()
    try checkLength(after: begun, run)
    for option in RunOptions.all where !RunOptions.free.contains(option.key) {
      let (old, new) = (option.get(begun), option.get(recorded))
      guard old != new else { continue }
      throw RunError.changed(
        option: option.name, recorded: old ?? "left out", typed: new ?? "left out", path: run.path)
    }
    guard run.canResume else {
      throw run.holdsEncoder
        ? RunError.onlyEncoder(path: run.path) : RunError.noCheckpoint(path: run.path)
    }
  }
}
