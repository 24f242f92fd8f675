internal import RelicNN

/// From the first weights, or the last that were saved, to the end of a run.
extension PretrainCommand {
  /// Takes the steps of a run that are left, of one that begins or is resumed.
  func train(
    _ encoder: some EncoderNetwork, _ run: RunFolder, _ loader: BatchLoader,
    from start: StartingWeights?, _ evaluation: OnlineEvaluation?, _ skipped: SkippedImages,
    _ console: Console
  ) throws {
    var state: Pretraining =
      try ranks.rank > 0
      ? empty(encoder, loader)
      : resumed == nil
        ? begin(encoder, run, loader, from: start) : restore(encoder, run, loader, console)
    state = try state.shared(by: ranks)
    start?.tell(console)
    console.tell(of: loader.dataset, as: recorded.datasetName?.pretrainingSplit ?? .train)
    if let batchFit { console.tell("\(batchFit)") }
    console.tell(
      "\(loader.dataset.count.counted("image")) of \(configuration.dataset), "
        + "\(loader.stepsPerEpoch.counted("step")) an epoch, "
        + (ranks.size > 1 ? "\(ranks.size) ranks with " : "")
        + "\(ranks.workers.counted("worker")), BLAS core \(BLAS.core)"
        + (SlowBLAS.current == nil ? "" : " (slow on this processor, see relic info)")
        + configuration.precision.note)
    let longer =
      try resumed == nil || ranks.rank > 0
      ? nil : run.lengthen(to: configuration, after: state.step)
    if let longer { console.tell(longer.line) }
    let forecast = RunForecast(
      shareOfRank, of: encoder, stepsPerEpoch: loader.stepsPerEpoch, stepsTaken: state.step,
      ranks: ranks.size)
    if state.step < state.length.steps {
      console.tell("\(forecast)")
    } else {
      let epochs = configuration.epochs
      console.tell(
        "\(run.path): the run has ended, after \(epochs.counted("epoch")); train it longer with "
          + "'relic pretrain --resume \(run.path.shellWord) --epochs \(2 * epochs)'")
    }
    // Of a run that has ended, event files or the last evaluation may be missing.
    var loop = PretrainingLoop(
      state.run(on: loader), of: configuration, run: run, evaluation: evaluation,
      skipped: skipped, console: console)
    loop.lengthChange = longer?.change
    // A run that was begun with event files goes on with them.
    loop.writesEvents = writesEvents || !EventFile.names(in: run.path).isEmpty
    try loop.finish()
    console.tell(
      "\(run.encoderPath): the encoder; "
        + ScoringAdvice(DatasetSplits(configuration, files)).afterRun(run.path))
  }

  /// The state that a rank other than the first puts the first one's in.
  private func empty<Backbone>(
    _ encoder: Backbone, _ loader: BatchLoader
  ) -> Pretraining<Backbone> {
    var state = Pretraining(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch)
    state.images = loader.dataset.fingerprint
    return state
  }

  private func begin<Backbone>(
    _ encoder: Backbone, _ run: RunFolder, _ loader: BatchLoader, from start: StartingWeights?
  ) throws -> Pretraining<Backbone> {
    var state =
      try start?.state(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch)
      ?? Pretraining(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch)
    state.images = loader.dataset.fingerprint
    if overwrites { try run.clear() }
    try run.write(recorded)
    return state
  }

  private func restore<Backbone>(
    _ encoder: Backbone, _ run: RunFolder, _ loader: BatchLoader, _ console: Console
  ) throws -> Pretraining<Backbone> {
    let state: Pretraining<Backbone>
    do {
      state = try restore(encoder, run.checkpointPath, loader, console)
    } catch {
      // Whatever damage the newest checkpoint has, the one before it lost few steps.
      let previous = run.checkpoint.previousPath
      guard !Self.isOfAnotherRun(error),
        let earlier = try? restore(encoder, previous, loader, console)
      else { throw error }
      state = earlier
      try run.checkpoint.fallBack()
      console.writeError(
        "warning: \(error); going on from the checkpoint before it, of step \(state.step)\n")
    }
    let begun = try run.options()
    var options = begun
    options.evaluationInterval = recorded.evaluationInterval ?? begun.evaluationInterval
    options.brokenImages = recorded.brokenImages
    options.maxMegapixels = recorded.maxMegapixels ?? begun.maxMegapixels
    // Images that have been moved are found without the option from now on.
    options.configuration.datasetPath = configuration.datasetPath
    if options.evaluationInterval != begun.evaluationInterval
      || options.brokenImages != begun.brokenImages
      || options.maxMegapixels != begun.maxMegapixels
      || options.configuration.datasetPath != begun.configuration.datasetPath
    {
      try run.write(options)
    }
    return state
  }

  /// Whether a checkpoint is whole, and of other images or options than these.
  private static func isOfAnotherRun(_ error: any Error) -> Bool {
    guard case RunError.unusableCheckpoint(_, let reason) = error else { return false }
    switch reason {
    case .changedImages, .changedEpoch, .doesNotFit: return true
    case .notACheckpoint, .invalid: return false
    }
  }

  private func restore<Backbone>(
    _ encoder: Backbone, _ path: String, _ loader: BatchLoader, _ console: Console
  ) throws -> Pretraining<Backbone> {
    let images = loader.dataset.fingerprint
    let checkpoint = try CheckpointFile.read(path)
    var state = Pretraining(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch)
    state.images = acceptsChangedImages ? nil : images
    do throws(CheckpointError) {
      state = try state.resumed(from: checkpoint)
    } catch {
      throw RunError.unusableCheckpoint(path: path, error)
    }
    state.images = images
    if checkpoint.metadata["images"] == nil {
      console.writeError(
        "note: \(path) does not say which images the run began with; these are taken "
          + "to be the same\n")
    }
    let (before, now) = (Arithmetic(notes: checkpoint.metadata), Arithmetic(configuration))
    if let before, before != now {
      console.writeError(
        "note: until step \(state.step) this run computed \(before), and here it computes \(now): "
          + "its bits are no longer those of a run on one machine\n")
    }
    return state
  }
}
