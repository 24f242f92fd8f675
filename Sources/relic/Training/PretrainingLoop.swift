internal import RelicNN

/// The steps of a run: views, step, metrics, progress, checkpoint.
struct PretrainingLoop<Backbone: EncoderNetwork> {
  private let run: RunFolder
  private let console: Console
  private let evaluation: OnlineEvaluation?
  private let skipped: SkippedImages
  private let configuration: PretrainingConfiguration
  private var steps: PretrainingRun<Backbone>
  /// The last step whose result is on the disk.
  private var savedStep: Int
  /// When that was, or when the loop began.
  private var savedAt = ContinuousClock.now
  private var watch: TrainingWatch
  /// What is recorded before the first step, if the run has become longer.
  var lengthChange: LengthChange?
  /// Whether TensorBoard is told what metrics.jsonl is.
  var writesEvents = false

  private var state: Pretraining<Backbone> { steps.state }
  private var ranks: any Communicator { steps.state.ranks }

  init(
    _ steps: PretrainingRun<Backbone>, of configuration: PretrainingConfiguration, run: RunFolder,
    evaluation: OnlineEvaluation?, skipped: SkippedImages, console: Console
  ) {
    self.steps = steps
    self.configuration = configuration
    savedStep = steps.state.step
    self.evaluation = evaluation
    self.skipped = skipped
    watch = TrainingWatch(configuration)
    self.run = run
    self.console = console
  }

  /// Takes all steps that are left.
  ///
  /// - Throws: `Interruption` after a step during which the user asked to end; the run is saved.
  mutating func finish() throws {
    let interrupt = Interrupt(console)
    let log =
      try ranks.rank == 0
      ? MetricsLog(
        path: run.metricsPath, keepingThrough: state.step,
        eventFolder: writesEvents ? run.path : nil) : nil
    if let lengthChange { try log?.append(lengthChange) }
    let clock = RunClock(after: log?.earlierCost ?? RunCost())
    let workers = ranks.workers
    let progress = ProgressLine(
      configuration, stepsPerEpoch: state.length.stepsPerEpoch, firstStep: state.step,
      showsBar: console.isTerminal)
    var duration = DurationForecast(ofSteps: state.length.steps, evaluates: evaluation != nil)
    var display = StatusDisplay(console)
    let firstStep = state.step + 1
    // One that was due when the run was interrupted.
    if let evaluation, let log, state.step > 0, state.step % evaluation.interval == 0,
      log.scoredStep != state.step
    {
      try evaluate(evaluation, log, clock.cost, clock)
    }
    while let report = try next() {
      var (isAsked, cost) = meeting(interrupt, clock)
      var metrics = Metrics(report, cost)
      if ranks.size > 1 { (metrics.ranks, metrics.workers) = (ranks.size, workers) }
      try log?.append(metrics)
      if let line = duration.line(after: report.step) {
        display.erase()
        console.tell(line)
      }
      display.show(
        progress.fields(report),
        always: report.endsEpoch || report.accuracy != nil || report.step == firstStep)
      if report.endsEpoch || !steps.skipped.isEmpty { display.keep() }
      skipped.tell(steps.skipped)
      if let warning = watch.warning(report, endsEpoch: report.endsEpoch, epoch: report.epoch) {
        display.keep()
        console.writeError(warning + "\n")
      }
      let due = evaluation.flatMap { report.step % $0.interval == 0 ? $0 : nil }
      if isAsked || due != nil || isDue(report) { try save() }
      // The last step's is made in any case: nothing would make it later.
      let isLast = report.step == state.length.steps
      if let due, !isAsked || isLast {
        display.keep()
        if let log { try evaluate(due, log, cost, clock) }
        isAsked = ranks.any(interrupt.isRequested)
      }
      // A request that came after the decision not to save waits for the next step.
      if isAsked, !isLast {
        display.keep()
        throw Interruption(
          description: "interrupted after step \(report.step), which is saved; go on with "
            + "'relic pretrain --resume \(run.path.shellWord)'")
      }
    }
    display.keep()
    let cost = meeting(interrupt, clock).cost
    console.tell(
      "the run took \(cost.seconds.duration), and \(cost.processorSeconds.duration) of processors")
  }

  /// Whether a checkpoint is due after a step: epochs may be short, and checkpoints large.
  private func isDue(_ report: StepReport) -> Bool {
    report.accuracy != nil || report.step == state.length.steps
      || (report.endsEpoch && ContinuousClock.now - savedAt >= .seconds(60))
  }

  /// Returns whether any rank has been asked to end, and what the run has cost on all.
  private func meeting(
    _ interrupt: Interrupt, _ clock: RunClock
  ) -> (isAsked: Bool, cost: RunCost) {
    var cost = clock.cost
    guard ranks.size > 1 else { return (interrupt.isRequested, cost) }
    let own = clock.ownProcessorSeconds
    let sums = ranks.sum([interrupt.isRequested ? 1 : 0, own])
    cost.processorSeconds += sums[1] - own
    return (sums[0] > 0, cost)
  }

  /// Takes a step; the steps before an image that cannot be read are saved.
  private mutating func next() throws -> StepReport? {
    do {
      return try steps.next()
    } catch {
      var isBefore = error is UnreadableImage
      if case RankError.failed = error { isBefore = true }
      guard isBefore else { throw error }
      if savedStep < state.step { try save() }
      // The rank that tells of the image ends all others.
      ranks.wait()
      throw error
    }
  }

  /// Scores the encoder after the step that was taken; what prevents it does not end the run.
  private func evaluate(
    _ evaluation: OnlineEvaluation, _ log: MetricsLog, _ cost: RunCost, _ clock: RunClock
  ) throws {
    var scores: OnlineEvaluation.Scores
    do {
      scores = try evaluation.scores(of: state.target.encoder, step: state.step)
    } catch {
      console.writeError(
        "warning: no evaluation after step \(state.step): \(Remedies.message(for: error)); "
          + "--eval-every 0 leaves evaluations out\n")
      return
    }
    scores.seconds = clock.cost.seconds
    // What other ranks have taken is known as of the step.
    scores.processorSeconds = max(cost.processorSeconds, clock.cost.processorSeconds)
    try log.append(scores)
    console.tell("\(scores)")
  }

  private mutating func save() throws {
    // A loss tells of the weights before the step: these are the ones after it.
    guard state.isFinite else { throw PretrainingError.weightsNotFinite(step: state.step) }
    savedStep = state.step
    savedAt = .now
    guard ranks.rank == 0 else { return }
    let arithmetic = Arithmetic(configuration).notes
    var encoder = state.target.encoder.stateDict()
    encoder.metadata = [
      "format": "pt", "program": "relic \(Program.version)",
      "model": configuration.encoder.rawValue, "stem": configuration.stem.rawValue,
      "image_size": "\(configuration.featureImageSize)", "step": "\(state.step)",
      "epochs": "\(state.step / state.length.stepsPerEpoch)",
    ].merging(arithmetic) { $1 }
    // The checkpoint comes last: a run that is resumed from it has an encoder at least as new.
    try Safetensors.write(encoder, to: run.encoderPath)
    var checkpoint = state.checkpoint()
    checkpoint.metadata.merge(arithmetic) { $1 }
    try run.checkpoint.write(checkpoint)
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
  let logitScale: Float
  let bias: Float
  let learningRate: Float
  /// The factor of the next step's loss under `--fp16-precision`; it halves when a step is skipped.
  let lossScale: Float?
  /// Since the run began, of all processes that took steps of it.
  let seconds: Double
  let processorSeconds: Double
  /// In-batch accuracy, on every `--log-every-n-steps`-th step.
  let top1: Double?
  let top5: Double?
  /// Of the target's projections, on the same steps: 0 when all are the same.
  let spread: Double?
  /// How many ranks took the step, and how many workers they had, where there is more than one rank.
  var ranks: Int?
  var workers: Int?

  init(_ report: StepReport, _ cost: RunCost) {
    epoch = report.epoch
    seconds = cost.seconds
    processorSeconds = cost.processorSeconds
    step = report.step
    loss = report.loss
    kl = report.invariance
    epochLoss = report.averages.lossOfEpoch
    runningLoss = report.averages.loss
    gamma = report.emaDecay
    logitScale = report.logitScale
    bias = report.bias
    learningRate = report.learningRate
    lossScale = report.lossScale
    top1 = report.accuracy?.top1
    top5 = report.accuracy?.top5
    spread = report.spread
  }
}
