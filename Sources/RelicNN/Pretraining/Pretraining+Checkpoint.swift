internal import Foundation

/// A reason a checkpoint does not continue a run.
public enum CheckpointError: Error, Equatable, Sendable {
  case notACheckpoint(missing: String)
  case doesNotFit(StateDictMismatch)
  /// Which images are there, and how they differ from those that the run began with.
  case changedImages(difference: String)
  case changedEpoch(steps: Int, before: Int)
}

extension CheckpointError: CustomStringConvertible {
  /// The reason in one line.
  public var description: String {
    switch self {
    case .notACheckpoint(let missing):
      "not a checkpoint of a run: it lacks \(missing); give the folder of a run"
    case .doesNotFit(let mismatch):
      "the checkpoint belongs to another configuration: \(mismatch)"
    case .changedImages(let difference):
      "the images are not those that the run began with: \(difference)"
    case .changedEpoch(let steps, let before):
      "an epoch of the images has \(steps) steps, not \(before) as when the run began"
    }
  }
}

extension Pretraining {
  private static var meanPrefix: String { "adam.mean." }
  private static var squarePrefix: String { "adam.square." }

  /// Everything that decides how the run goes on: both networks under the reference's names, the
  /// optimiser's moments, and the step, decay and averages as notes.
  public func checkpoint() -> StateDict {
    var dict = trained.stateDict()
    let targetDict = target.stateDict("target_encoder")
    for name in targetDict.names { dict[name] = targetDict[name] }
    for (name, moment) in zip(trainedNames, optimizer.moments) {
      dict[Self.meanPrefix + name] = .floats(moment.mean)
      dict[Self.squarePrefix + name] = .floats(moment.square)
    }
    // The shortest text of a Double reads back as the same number.
    dict.metadata = [
      "step": "\(step)", "gamma": "\(emaDecay)", "optimizer_step": "\(optimizer.step)",
      "steps_per_epoch": "\(length.stepsPerEpoch)",
    ]
    for (name, value) in images?.notes ?? [:] { dict.metadata[name] = value }
    if let lossScale {
      dict.metadata["loss_scale"] = "\(lossScale.value)"
      dict.metadata["loss_scale_good_steps"] = "\(lossScale.goodSteps)"
    }
    for (name, value) in averages.notes { dict.metadata[name] = value }
    return dict
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
    guard let step = checkpoint.metadata["step"].flatMap({ Int($0) }), step >= 0,
      let emaDecay = checkpoint.metadata["gamma"].flatMap({ Double($0) }),
      let optimizerStep = checkpoint.metadata["optimizer_step"].flatMap({ Int($0) }),
      let averages = RunningAverages(notes: checkpoint.metadata)
    else { throw .notACheckpoint(missing: "the step, gamma or averages") }
    try compareImages(checkpoint.metadata)
    self.step = step
    self.emaDecay = emaDecay
    self.averages = averages
    if lossScale != nil {
      guard let value = checkpoint.metadata["loss_scale"].flatMap({ Float($0) }),
        let goodSteps = checkpoint.metadata["loss_scale_good_steps"].flatMap({ Int($0) })
      else { throw .notACheckpoint(missing: "the loss scale") }
      lossScale = LossScale(value: value, goodSteps: goodSteps)
    }
    try loadWeights(checkpoint)
    // Before its first step, which overflows may delay, the optimiser has no moments.
    if optimizerStep > 0 {
      optimizer.restore(step: optimizerStep, moments: try moments(checkpoint))
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
  /// - Throws: `CheckpointError` if a name is missing or a shape differs.
  public mutating func loadWeights(_ dict: StateDict) throws(CheckpointError) {
    do {
      try trained.load(dict, isComplete: false)
      try target.load(dict, path: "target_encoder", isComplete: false)
    } catch {
      throw .doesNotFit(error)
    }
  }

  /// Whether every weight and running statistic of both networks is a finite number.
  public var isFinite: Bool {
    trained.parameters.allSatisfy { $0.parameter.value.isFinite }
      && target.parameters.allSatisfy { $0.parameter.value.isFinite }
  }

  private var trainedNames: [String] {
    trained.parameters.filter { $0.parameter.role.isTrained }.map(\.name)
  }

  private func moments(
    _ dict: StateDict
  ) throws(CheckpointError) -> [(mean: Tensor, square: Tensor)] {
    var moments: [(mean: Tensor, square: Tensor)] = []
    for (name, parameter) in trained.parameters where parameter.role.isTrained {
      guard let mean = dict.tensor(Self.meanPrefix + name),
        let square = dict.tensor(Self.squarePrefix + name)
      else { throw .notACheckpoint(missing: Self.meanPrefix + name) }
      guard mean.shape == parameter.value.shape && square.shape == parameter.value.shape else {
        var mismatch = StateDictMismatch()
        mismatch.misshapen = [Self.meanPrefix + name]
        throw .doesNotFit(mismatch)
      }
      moments.append((mean, square))
    }
    return moments
  }
}

extension RunningAverages {
  /// The sums as notes of a checkpoint.
  fileprivate var notes: [String: String] {
    [
      "run_loss": "\(runLoss)", "run_steps": "\(runSteps)", "epoch_loss": "\(epochLoss)",
      "epoch_invariance": "\(epochInvariance)", "epoch_steps": "\(epochSteps)",
    ]
  }

  fileprivate init?(notes: [String: String]) {
    func sum(_ name: String) -> Double? { notes[name].flatMap { Double($0) } }
    func count(_ name: String) -> Int? { notes[name].flatMap { Int($0) } }
    guard let runLoss = sum("run_loss"), let runSteps = count("run_steps"),
      let epochLoss = sum("epoch_loss"), let epochInvariance = sum("epoch_invariance"),
      let epochSteps = count("epoch_steps")
    else { return nil }
    self.init(
      runLoss: runLoss, runSteps: runSteps, epochLoss: epochLoss,
      epochInvariance: epochInvariance, epochSteps: epochSteps)
  }
}
