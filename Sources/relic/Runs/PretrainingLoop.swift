internal import RelicNN

/// The steps of a run: views, step, metrics, progress, checkpoint.
struct PretrainingLoop {
  private let loader: BatchLoader
  private let run: RunFolder
  private let console: Console
  private let evaluation: OnlineEvaluation?
  private let skipped: SkippedPictures
  private var state: Pretraining
  /// The last step whose result is on the disk.
  private var savedStep: Int
  private var watch: TrainingWatch

  init(
    _ state: Pretraining, loader: BatchLoader, run: RunFolder, evaluation: OnlineEvaluation?,
    skipped: SkippedPictures, console: Console
  ) {
    self.state = state
    savedStep = state.step
    self.evaluation = evaluation
    self.skipped = skipped
    watch = TrainingWatch(state.configuration)
    self.loader = loader
    self.run = run
    self.console = console
  }

  /// Takes all steps that are left.
  ///
  /// - Returns: The state after the last step.
  /// - Throws: `Interruption` after a step during which the user asked to end; the run is saved.
  mutating func finish() throws -> Pretraining {
    let configuration = state.configuration
    let interrupt = Interrupt()
    let log = try MetricsLog(path: run.metricsPath, keepingThrough: state.step)
    let progress = ProgressLine(
      configuration, stepsPerEpoch: loader.stepsPerEpoch, firstStep: state.step)
    var display = StatusDisplay(console)
    let firstStep = state.step + 1
    while state.step < configuration.epochs * loader.stepsPerEpoch {
      let epoch = state.step / loader.stepsPerEpoch
      let (report, broken) = try step(epoch)
      let endsEpoch = state.step % loader.stepsPerEpoch == 0
      try log.append(Metrics(report, epoch: epoch + 1, seconds: progress.seconds))
      display.show(
        progress.fields(report),
        always: endsEpoch || report.accuracy != nil || report.step == firstStep)
      if endsEpoch { display.keep() }
      if !broken.isEmpty { display.keep() }
      skipped.tell(broken)
      if let warning = watch.warning(report, endsEpoch: endsEpoch, epoch: epoch + 1) {
        display.keep()
        console.writeError(warning + "\n")
      }
      let due = evaluation.flatMap { state.step % $0.interval == 0 ? $0 : nil }
      if endsEpoch || report.accuracy != nil || due != nil || interrupt.isRequested { try save() }
      if let due, !interrupt.isRequested {
        display.keep()
        try evaluate(due, log)
      }
      // A wish that came since the step was to be saved waits for the next one.
      if interrupt.isRequested, savedStep == state.step {
        display.keep()
        throw Interruption(
          description: "interrupted after step \(state.step), which is saved; go on with "
            + "'relic pretrain --resume \(run.path)'")
      }
    }
    return state
  }

  private mutating func step(
    _ epoch: Int
  ) throws -> (report: StepReport, broken: [DatasetError]) {
    let index = state.step % loader.stepsPerEpoch
    let batch: Batch
    do {
      batch = try loader.batch(epoch: epoch, step: index)
    } catch {
      if savedStep < state.step { try save() }
      throw error
    }
    if index == 0 { state.beginEpoch() }
    let isLogged = (state.step + 1) % state.configuration.logEveryNSteps == 0
    return (try state.advance(batch.views, measuresAccuracy: isLogged), batch.skipped)
  }

  /// Scores the encoder after the step that was taken; what prevents it does not end the run.
  private func evaluate(_ evaluation: OnlineEvaluation, _ log: MetricsLog) throws {
    let scores: OnlineEvaluation.Scores
    do {
      scores = try evaluation.scores(of: state.target.encoder, step: state.step)
    } catch {
      console.writeError(
        "warning: no evaluation after step \(state.step): \(error); --eval-every 0 leaves "
          + "evaluations out\n")
      return
    }
    try log.append(scores)
    console.line("\(scores)")
  }

  private mutating func save() throws {
    // A loss tells of the weights before the step: these are the ones after it.
    guard state.isFinite else { throw PretrainingError.weightsNotFinite(step: state.step) }
    var encoder = state.target.encoder.stateDict()
    encoder.metadata = [
      "format": "pt", "program": "relic \(Relic.version)",
      "model": state.configuration.encoder.rawValue, "stem": state.configuration.stem.rawValue,
      "image_size": "\(state.configuration.imageSize)", "step": "\(state.step)",
      "epochs": "\(state.step / loader.stepsPerEpoch)",
    ]
    // The checkpoint comes last: a run that is resumed from it has an encoder at least as new.
    try Safetensors.write(encoder, to: run.encoderPath)
    try run.checkpoint.write(state.checkpoint())
    savedStep = state.step
  }
}

/// One line of `metrics.jsonl`.
private struct Metrics: Encodable {
  let step: Int
  let epoch: Int
  let loss: Float
  let kl: Float
  let epochLoss: Double
  let runningLoss: Double
  let gamma: Double
  let temperature: Float
  let bias: Float
  let learningRate: Float
  /// The factor of the next step's loss under `--fp16-precision`; it halves when a step is skipped.
  let lossScale: Float?
  /// Since the run began or was resumed.
  let seconds: Double
  /// In-batch accuracy, on every `--log-every-n-steps`-th step.
  let top1: Double?
  let top5: Double?
  /// Of the target's projections, on the same steps: 0 when all are the same.
  let spread: Double?

  init(_ report: StepReport, epoch: Int, seconds: Double) {
    self.epoch = epoch
    self.seconds = seconds
    step = report.step
    loss = report.loss
    kl = report.invariance
    epochLoss = report.averages.lossOfEpoch
    runningLoss = report.averages.loss
    gamma = report.gamma
    temperature = report.scale
    bias = report.bias
    learningRate = report.learningRate
    lossScale = report.lossScale
    top1 = report.accuracy?.top1
    top5 = report.accuracy?.top5
    spread = report.spread
  }
}
