internal import RelicNN

/// From the first weights, or the last that were saved, to the end of a run.
extension PretrainCommand {
  /// Takes the steps of a run that are left, of one that begins or is resumed.
  func train(
    _ encoder: some EncoderNetwork, _ run: RunFolder, _ loader: BatchLoader,
    from start: StateDict?, _ evaluation: OnlineEvaluation?, _ skipped: SkippedImages,
    _ console: Console
  ) throws {
    let state =
      try resumed == nil
      ? begin(encoder, run, loader, from: start) : restore(encoder, run, loader, console)
    if let weights {
      console.line(
        "\(weights): weights only; optimiser, decay and step begin anew ('--resume RUN' goes on with "
          + "all of a run)")
    }
    console.tell(of: loader.dataset, as: recorded.datasetName?.pretrainingSplit ?? .train)
    if let batchFit { console.line("\(batchFit)") }
    console.line(
      "\(loader.dataset.count.counted("image")) of \(configuration.dataset), "
        + "\(loader.stepsPerEpoch.counted("step")) an epoch, "
        + "\(ThreadPool.workerCount.counted("worker")), "
        + "BLAS core \(BLAS.core)")
    var loop = PretrainingLoop(
      state.run(on: loader), of: configuration, run: run, evaluation: evaluation,
      skipped: skipped, console: console)
    try loop.finish()
    console.line(
      "\(run.encoderPath): the encoder; "
        + ScoringAdvice(DatasetSplits(configuration)).afterRun(run.path))
  }

  private func begin<Backbone>(
    _ encoder: Backbone, _ run: RunFolder, _ loader: BatchLoader, from start: StateDict?
  ) throws -> Pretraining<Backbone> {
    var state = Pretraining(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch)
    state.images = loader.dataset.fingerprint
    if let weights, let start {
      do throws(CheckpointError) {
        try state.loadWeights(start)
      } catch {
        throw RunError.unusableCheckpoint(path: weights, error)
      }
    }
    try run.clear()
    try run.write(recorded)
    return state
  }

  func restore<Backbone>(
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
    return state
  }
}
