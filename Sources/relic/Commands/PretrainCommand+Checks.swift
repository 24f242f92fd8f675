internal import RelicNN

/// What has to be so before a run begins or goes on.
extension PretrainCommand {
  /// Takes a prefix for the file that it was given with alone.
  mutating func settlePrefix() throws(UsageError) {
    if common.typed.contains("ckpt_path"), !common.typed.contains("prefix") {
      recorded.prefix = nil
    }
    guard recorded.prefix != nil, recorded.weights == nil else { return }
    throw .missing("--ckpt-path", help: "relic \(Self.name) --help")
  }

  /// Refuses options of which the loss or the learning rate would take no notice, and takes none of
  /// a configuration file.
  mutating func settleIdleOptions() throws(UsageError) {
    if configuration.learningRateShape == .constant {
      try refuse("--lr-decay-start", because: "is for '--lr-schedule cosine'")
      configuration.decayStart = recorded.recipe.values.decayStart
    }
    if configuration.temperature != nil {
      if configuration.useSigLIP {
        throw .conflict(
          "'--tau' is of the cross-entropy, and '--use-siglip' takes another loss",
          remedy: "leave out one")
      }
      try refuse("--logit-scale", because: "is the start of the scale that '--tau' fixes")
      configuration.initialLogitScale = nil
    }
    let limit = configuration.loss.maximumLogitScale
    if let scale = configuration.initialLogitScale, scale > limit {
      throw .conflict(
        "'--logit-scale' is \(scale), and the loss limits the scale to \(limit)",
        remedy: "give at most that")
    }
  }

  /// Refuses to begin over a run, and to resume one that is not there or under other options.
  func check(_ run: RunFolder) throws {
    guard resumed != nil else {
      if acceptsChangedImages {
        throw UsageError.conflict(
          "'--accept-changed-images' is for runs that are resumed", remedy: "leave it out")
      }
      if overwrites, let weights = recorded.weights, run.replaces(weights) {
        throw UsageError.conflict(
          "'--ckpt-path' is \(weights), which '--overwrite' removes",
          remedy: "name another --save-model-dir, or move the file elsewhere first")
      }
      guard !overwrites, let file = run.firstFile else { return }
      throw run.holdsRun ? RunError.holdsRun(path: run.path) : RunError.holdsFile(path: file)
    }
    if common.typed.contains("save_model_dir"), folder != resumed {
      throw UsageError.conflict(
        "'--resume' goes on in the run's own folder", remedy: "leave out --save-model-dir")
    }
    if overwrites {
      throw UsageError.conflict(
        "'--resume' goes on with a run, and '--overwrite' replaces one",
        remedy: "give one of them")
    }
    if common.typed.contains("ckpt_path") || configFile != nil {
      throw UsageError.conflict(
        "'--resume' takes weights and options from the run's folder",
        remedy: "leave out --ckpt-path and --config")
    }
    let begun = try run.options()
    try checkLength(after: begun, run)
    let fixed = RunOptions.all.filter { !RunOptions.free.contains($0.key) }
    // What differs by a recipe is told as one.
    for option in fixed.filter(\.isPreset) + fixed.filter({ !$0.isPreset }) {
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

  /// Refuses to hold out images by which nothing can be scored.
  func checkValidation(of splits: DatasetSplits) throws(UsageError) {
    guard resumed == nil, splits.validationCount > 0, ScoringAdvice(splits) == .none else { return }
    throw .conflict(
      "'--validation' holds out labelled images to score by, and \(splits.dataset) has none of two "
        + "classes in \(splits.path)",
      remedy: "leave it out")
  }

  /// Refuses to shorten a run that is resumed.
  private func checkLength(after begun: RunOptions, _ run: RunFolder) throws(UsageError) {
    let (before, epochs) = (begun.configuration.epochs, configuration.epochs)
    guard epochs < before else { return }
    throw .conflict(
      "'--num-epochs' is \(epochs), and the run in \(run.path) is of \(before)",
      remedy: "give more to train it longer, or leave it out")
  }
}
