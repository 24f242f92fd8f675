internal import RelicNN

/// `relic pretrain`: trains an encoder and writes a run folder.
struct PretrainCommand: DatasetCommand {
  static let name = "pretrain"
  static let summary = "train an encoder on images without labels"
  static let discussion = """
    Trains an encoder by ReLIC and keeps the run in the folder of --save-model-dir: config.json,
    metrics.jsonl, encoder.safetensors (the target encoder under torchvision's names) and
    checkpoint.safetensors. Ctrl-C finishes the step and saves; --resume goes on to the same bits.
    Options may be typed with underscores, as the reference has them: --batch_size 256.

      relic pretrain --dataset-name cifar10 --gamma 0.99 --save-model-dir runs/cifar10
    """
  static let options =
    configurationOptions + [
      OptionGroup(
        "Run",
        [
          .value(
            "--save-model-dir", "-save-model-dir", sets: \.folder, as: "DIR", "the run's folder"),
          .value(
            "--resume", sets: \.resumed, as: "DIR", "go on with the run in this folder"),
          .value(
            "--ckpt-path", sets: \.weights, as: "FILE",
            "start from the weights of a relic_model.pth or checkpoint.safetensors"),
          .value(
            "--eval-every", sets: \.evaluationInterval, as: "N", from: 0,
            "steps between two linear evaluations on the labelled splits, 0 for none (default: "
              + "five times --log-every-n-steps)"),
          mirrorOption, brokenImagesOption,
          .flag("--overwrite", sets: \.overwrites, "replace a run that is already in the folder"),
          .value(
            "--config", sets: \.configFile, as: "FILE",
            "options as a JSON object; a run folder's config.json is one"),
        ])
    ]

  /// The options that decide the weights; a run's config.json records them.
  static let configurationOptions: [OptionGroup<PretrainCommand>] = [
    OptionGroup(
      "Data",
      [
        .choice(
          "--dataset-name", sets: \.datasetName, as: "NAME", "the images"),
        .value(
          "--dataset-path", sets: \.configuration.datasetPath, as: "DIR",
          "the folder the data set lies in; cifar10 and stl10 are fetched into it where missing"),
        .value(
          "--image-size", sets: \.imageSize, as: "N", from: 8, to: 1024,
          "side of a global view in pixels (default: the data set's own)"),
        .value(
          "--num-global-views", sets: \.configuration.globalViews, as: "N", from: 2, to: 16,
          "large crops of each image, seen by both networks"),
        .value(
          "--num-local-views", sets: \.configuration.localViews, as: "N", from: 0, to: 16,
          "small crops of each image, seen by the online network"),
      ]),
    OptionGroup(
      "Model",
      [
        .choice(
          "--encoder-model-name", "-m", sets: \.configuration.encoder, as: "NAME", "the encoder"),
        .choice(
          "--stem", sets: \.configuration.stem, as: "NAME",
          "first layers of a ResNet: 7x7/2 and a pool, or 3x3/1 for small images"),
        .value(
          "--proj-out-dim", sets: \.configuration.projectionOutputs, as: "N", from: 1, to: 65_536,
          "width of the projection head's output"),
        .value(
          "--proj-hidden-dim", sets: \.configuration.projectionHidden, as: "N", from: 1,
          to: 65_536, "width of the projection head's hidden layer"),
      ]),
    OptionGroup(
      "Training",
      [
        .value(
          "--num-epochs", "--epochs", sets: \.configuration.epochs, as: "N", from: 1, to: 65_535,
          "passes over the images"),
        .value(
          "--batch-size", "-b", sets: \.configuration.batchSize, as: "N", from: 2, to: 65_536,
          "images per step"),
        .value(
          "--learning-rate", "-lr", "--lr", sets: \.configuration.learningRate, as: "RATE",
          from: 0, "Adam's step size"),
        .value(
          "--warmup-epochs", sets: \.configuration.warmupEpochs, as: "N", from: 0, to: 65_535,
          "epochs over which the learning rate rises from 0"),
        .choice(
          "--lr-schedule", sets: \.configuration.learningRateShape, as: "NAME",
          "the learning rate after the warm-up"),
        .value(
          "--weight-decay", "-wd", "--wd", sets: \.configuration.weightDecay, as: "RATE", from: 0,
          "Adam's L2 penalty"),
        .flag(
          "--no-bias-norm-decay", sets: \.configuration.exemptsBiasAndNorm,
          "leave biases and normalisations out of the penalty"),
        .value(
          "--gamma", sets: \.configuration.gamma, as: "RATE", from: 0, to: 1,
          "EMA rate of the target network at the start"),
        .value(
          "--update-gamma-after-step", sets: \.configuration.updateGammaAfterStep, as: "N",
          from: 0,
          "last step, counted from 0, after which the target is a copy of the online network"),
        .value(
          "--update-gamma-every-n-steps", sets: \.configuration.updateGammaEveryNSteps, as: "N",
          from: 1, "steps between two moves of the target"),
        .value(
          "--alpha", sets: \.configuration.alpha, as: "WEIGHT", from: 0,
          "weight of the invariance penalty"),
        .flag(
          "--use-siglip", sets: \.configuration.useSigLIP,
          "pairwise sigmoid loss in place of the cross-entropy"),
        .flag(
          "--fp16-precision", sets: \.configuration.fp16Precision,
          "keep what the backward pass needs in 16 bits"),
        .flag(
          "--recompute", sets: \.configuration.recomputes,
          "compute views twice and keep one at a time: less memory, more time"),
        .value(
          "--log-every-n-steps", sets: \.configuration.logEveryNSteps, as: "N", from: 1,
          to: 1_000_000_000,
          "steps between two checkpoints"),
        .value("--seed", sets: \.configuration.seed, as: "N", "seed of weights, order and views"),
      ]),
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

  var configuration = PretrainingConfiguration()
  var imageSize: Int?
  var folder = "./models"
  var resumed: String?
  var weights: String?
  var evaluationInterval: Int?
  var overwrites = false
  var configFile: String?
  var files = DatasetFiles()
  var common = CommonSettings()

  /// The data set of `configuration`, where its name is known.
  var datasetName: DatasetName? {
    get { DatasetName(rawValue: configuration.dataset) }
    set { configuration.dataset = newValue?.rawValue ?? configuration.dataset }
  }

  var configurationFile: String? {
    guard let resumed else { return configFile }
    let run = RunFolder(path: resumed)
    return run.holdsRun ? run.configurationPath : nil
  }

  func run(_ console: Console) throws {
    let run = RunFolder(path: resumed ?? folder)
    // What can be told at once is told before a data set is fetched.
    try check(run)
    let start = try weights.map { try WeightFile.read($0) }
    if let datasetName {
      try files.fetchIfMissing(datasetName, in: configuration.datasetPath, console)
    }
    var command = self
    command.imageSize = imageSize ?? datasetName?.imageSize
    command.configuration.imageSize = command.imageSize ?? configuration.imageSize
    let dataset = try openDataset(
      name: configuration.dataset, path: configuration.datasetPath,
      split: datasetName?.pretrainingSplit ?? .train)
    let loader = BatchLoader(
      dataset: dataset, configuration: command.configuration, broken: files.brokenImages)
    guard loader.stepsPerEpoch > 0 else {
      throw UsageError.conflict(
        "'--batch-size' is \(configuration.batchSize), but \(configuration.dataset) has "
          + "\(loader.dataset.count) images", remedy: "choose a smaller one")
    }
    let skipped = SkippedPictures(console)
    let evaluation = OnlineEvaluation(
      every: evaluationInterval ?? 5 * configuration.logEveryNSteps, of: command.configuration,
      brokenImages: files.brokenImages, skipped: skipped, console: console)
    if let evaluationInterval, evaluationInterval > 0, evaluation == nil {
      throw UsageError.conflict(
        "'--eval-every' is \(evaluationInterval), but \(configuration.dataset) has no labelled "
          + "train and test splits of two classes in \(configuration.datasetPath)",
        remedy: "leave it out")
    }
    let state =
      try resumed == nil
      ? command.begin(run, loader, from: start) : command.restore(run, loader, console)
    if let weights {
      console.line(
        "\(weights): weights only; optimiser, EMA rate and step begin anew ('--resume RUN' goes on "
          + "with all of a run)")
    }
    console.line(
      "\(loader.dataset.count) images of \(configuration.dataset), "
        + "\(loader.stepsPerEpoch) steps an epoch, \(ThreadPool.workerCount) workers, "
        + "BLAS core \(BLAS.core)")
    var loop = PretrainingLoop(
      state, loader: loader, run: run, evaluation: evaluation, skipped: skipped, console: console)
    _ = try loop.finish()
    console.line("\(run.encoderPath): the encoder; score it with 'relic evaluate \(run.path)'")
  }

  /// Refuses to begin over a run, and to resume one that is not there or under other options.
  private func check(_ run: RunFolder) throws {
    guard resumed != nil else {
      guard !overwrites, let file = run.firstFile else { return }
      throw run.holdsRun ? RunError.holdsRun(path: run.path) : RunError.holdsFile(path: file)
    }
    if folder != Self().folder, folder != resumed {
      throw UsageError.conflict(
        "'--resume' goes on in the run's own folder", remedy: "leave out --save-model-dir")
    }
    if weights != nil || configFile != nil {
      throw UsageError.conflict(
        "'--resume' takes weights and options from the run's folder",
        remedy: "leave out --ckpt-path and --config")
    }
    let recorded = try run.command()
    for option in Self.configurationOptions.flatMap(\.options) where option.key != "dataset_path" {
      guard let old = option.get(recorded), let new = option.get(self), old != new else { continue }
      throw RunError.changed(option: option.name, recorded: old, typed: new, path: run.path)
    }
    guard run.holdsCheckpoint else { throw RunError.noCheckpoint(path: run.path) }
  }

  private func begin(
    _ run: RunFolder, _ loader: BatchLoader, from start: StateDict?
  ) throws -> Pretraining {
    var state = Pretraining(configuration, stepsPerEpoch: loader.stepsPerEpoch)
    if let weights, let start {
      do throws(CheckpointError) {
        try state.loadWeights(start)
      } catch {
        throw RunError.unusableCheckpoint(path: weights, error)
      }
    }
    try run.create()
    run.clear()
    try run.write(self)
    return state
  }

  private func restore(
    _ run: RunFolder, _ loader: BatchLoader, _ console: Console
  ) throws -> Pretraining {
    do {
      return try restore(run.checkpointPath, loader)
    } catch {
      // Whatever is wrong with the newest checkpoint, the one before it lost few steps.
      guard let state = try? restore(run.checkpoint.previousPath, loader) else { throw error }
      console.writeError(
        "warning: \(error); going on from the checkpoint before it, of step \(state.step)\n")
      return state
    }
  }

  private func restore(_ path: String, _ loader: BatchLoader) throws -> Pretraining {
    let checkpoint = try CheckpointFile.read(path)
    do throws(CheckpointError) {
      return try Pretraining(
        configuration, stepsPerEpoch: loader.stepsPerEpoch, checkpoint: checkpoint)
    } catch {
      throw RunError.unusableCheckpoint(path: path, error)
    }
  }
}
