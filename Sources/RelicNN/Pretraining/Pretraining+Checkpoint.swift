extension Pretraining {
  private static var meanPrefix: String { "adam.mean." }
  private static var squarePrefix: String { "adam.square." }

  /// Everything that decides how the run goes on: both networks under the reference's names, the
  /// optimiser's moments, and the step, decay and averages as notes.
  public func checkpoint() -> StateDict {
    var dict = trained.stateDict()
    let targetDict = target.stateDict("target_encoder")
    for name in targetDict.names { dict[name] = targetDict[name] }
    let parameters = trained.parameters.filter { $0.parameter.role.isTrained }
    for ((name, parameter), moment) in zip(parameters, optimizer.moments) {
      dict[Self.meanPrefix + name] = .floats(parameter.inFile(moment.mean))
      dict[Self.squarePrefix + name] = .floats(parameter.inFile(moment.square))
    }
    dict.metadata =
      CheckpointNotes(
        step: step, emaDecay: emaDecay, optimizerStep: optimizer.step, lossScale: lossScale,
        averages: averages
      ).texts
    dict.metadata["steps_per_epoch"] = "\(length.stepsPerEpoch)"
    dict.metadata.merge(images?.notes ?? [:]) { $1 }
    return dict.withReferenceNames()
  }

  /// Returns the state that a checkpoint holds.
  ///
  /// - Parameter checkpoint: What `checkpoint()` of a run of the same configuration returned.
  /// - Returns: The state after the checkpoint's last step.
  /// - Throws: `CheckpointError` if something is missing or belongs to another configuration or to
  ///   other ``images``.
  public consuming func resumed(
    from checkpoint: StateDict
  ) throws(CheckpointError) -> Pretraining {
    try compareImages(checkpoint.metadata)
    let notes = try CheckpointNotes(
      checkpoint.metadata, hasLossScale: lossScale != nil, steps: length.steps)
    step = notes.step
    emaDecay = notes.emaDecay
    averages = notes.averages
    lossScale = notes.lossScale
    try loadWeights(checkpoint)
    // Before its first step, which overflows may delay, the optimiser has no moments.
    if notes.optimizerStep > 0 {
      optimizer.restore(
        step: notes.optimizerStep,
        moments: try moments(named(checkpoint), areAsInFiles: notes.areMomentsAsInFiles))
    }
    return self
  }

  /// Refuses notes of other images; early checkpoints have none.
  private func compareImages(_ notes: [String: String]) throws(CheckpointError) {
    if let images, let earlier = DatasetFingerprint(notes: notes),
      let difference = images.difference(from: earlier)
    {
      throw .changedImages(difference: difference)
    }
    if let before = notes["steps_per_epoch"].flatMap({ Int($0) }), before != length.stepsPerEpoch {
      throw .changedEpoch(steps: length.stepsPerEpoch, before: before)
    }
  }

  /// Takes the weights of both networks, logit scale and bias, and nothing else, from a checkpoint
  /// or from the reference's `relic_model.pth`.
  ///
  /// - Parameter dict: The reference's names, `online_encoder.0.…`, `target_encoder.…`, `tau`, `b`.
  /// - Throws: `CheckpointError` if a name is missing, a shape differs or a weight is no number.
  public mutating func loadWeights(_ dict: StateDict) throws(CheckpointError) {
    let dict = named(dict)
    do {
      try trained.load(dict, isComplete: false)
      try target.load(dict, path: "target_encoder", isComplete: false)
    } catch {
      throw .doesNotFit(error)
    }
    let loaded = trained.parameters + target.parameters
    if let broken = loaded.first(where: { !$0.parameter.value.isFinite }) {
      throw .invalid(reason: "'\(broken.name)' holds NaN or infinite numbers")
    }
    if let name = dict.firstNegativeVariance {
      throw .invalid(reason: "'\(name)' holds a negative variance")
    }
  }

  /// The arrays under the names that the networks here have.
  private func named(_ dict: StateDict) -> StateDict {
    let names = Set(dict.names)
    return trained.parameters.allSatisfy { names.contains($0.name) }
      ? dict : dict.withTorchvisionNames()
  }

  /// Whether every weight and running statistic of both networks is a finite number.
  public var isFinite: Bool {
    trained.parameters.allSatisfy { $0.parameter.value.isFinite }
      && target.parameters.allSatisfy { $0.parameter.value.isFinite }
  }

  private func moments(
    _ dict: StateDict, areAsInFiles: Bool
  ) throws(CheckpointError) -> [(mean: Tensor, square: Tensor)] {
    var moments: [(mean: Tensor, square: Tensor)] = []
    for (name, parameter) in trained.parameters where parameter.role.isTrained {
      guard let mean = dict.tensor(Self.meanPrefix + name),
        let square = dict.tensor(Self.squarePrefix + name)
      else { throw .notACheckpoint(missing: Self.meanPrefix + name) }
      let shape = areAsInFiles ? parameter.fileShape : parameter.value.shape
      guard mean.shape == shape && square.shape == shape else {
        var mismatch = StateDictMismatch()
        mismatch.misshapen = [Self.meanPrefix + name]
        throw .doesNotFit(mismatch)
      }
      // A square may have overflowed to infinity in a run that went on.
      let isSquare = square.scalars.allSatisfy { $0 >= 0 }
      guard mean.isFinite, isSquare else {
        throw .invalid(reason: "the moments of '\(name)' are none")
      }
      moments.append(
        areAsInFiles ? (parameter.fromFile(mean), parameter.fromFile(square)) : (mean, square))
    }
    return moments
  }
}
