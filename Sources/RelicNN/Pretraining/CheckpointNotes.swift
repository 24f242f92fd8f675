/// What a checkpoint says beside its arrays, as texts, and the rules that it keeps.
struct CheckpointNotes {
  let step: Int
  let emaDecay: Double
  let optimizerStep: Int
  let lossScale: LossScale?
  let averages: RunningAverages
  /// Whether the optimiser's moments are laid out as the weights beside them, as they are since
  /// checkpoints have the reference's names.
  var areMomentsAsInFiles = true

  private static let layout = (name: "moments", value: "as weights")

  /// The notes as texts.
  var texts: [String: String] {
    // The shortest text of a Double reads back as the same number.
    var texts = [
      "step": "\(step)", "gamma": "\(emaDecay)", "optimizer_step": "\(optimizerStep)",
      "run_loss": "\(averages.runLoss)", "run_steps": "\(averages.runSteps)",
      "epoch_loss": "\(averages.epochLoss)", "epoch_invariance": "\(averages.epochInvariance)",
      "epoch_steps": "\(averages.epochSteps)", Self.layout.name: Self.layout.value,
    ]
    if let lossScale {
      texts["loss_scale"] = "\(lossScale.value)"
      texts["loss_scale_good_steps"] = "\(lossScale.goodSteps)"
    }
    return texts
  }
}

extension CheckpointNotes {
  /// Reads notes, and checks that a run of `steps` steps can have written them.
  init(
    _ texts: [String: String], hasLossScale: Bool, steps: Int
  ) throws(CheckpointError) {
    step = try Self.count("step", texts, atMost: steps)
    // No optimiser and no average has taken more steps than the run.
    optimizerStep = try Self.count("optimizer_step", texts, atMost: step)
    emaDecay = try Self.number("gamma", texts)
    guard (0...1).contains(emaDecay) else { throw .invalid(reason: "its gamma is \(emaDecay)") }
    averages = RunningAverages(
      runLoss: try Self.number("run_loss", texts),
      runSteps: try Self.count("run_steps", texts, atMost: step),
      epochLoss: try Self.number("epoch_loss", texts),
      epochInvariance: try Self.number("epoch_invariance", texts),
      epochSteps: try Self.count("epoch_steps", texts, atMost: step))
    areMomentsAsInFiles = texts[Self.layout.name] == Self.layout.value
    guard hasLossScale else {
      lossScale = nil
      return
    }
    _ = try Self.number("loss_scale", texts)
    guard let value = texts["loss_scale"].flatMap({ Float($0) }), value > 0, value.isFinite else {
      throw .invalid(reason: "its loss_scale is '\(texts["loss_scale"] ?? "")'")
    }
    lossScale = LossScale(
      value: value,
      goodSteps: try Self.count("loss_scale_good_steps", texts, atMost: LossScale.patience))
  }

  private static func count(
    _ name: String, _ texts: [String: String], atMost limit: Int
  ) throws(CheckpointError) -> Int {
    guard let text = texts[name] else { throw .notACheckpoint(missing: "the note '\(name)'") }
    guard let value = Int(text), (0...max(0, limit)).contains(value) else {
      throw .invalid(reason: "its \(name) is '\(text)', not a number from 0 to \(limit)")
    }
    return value
  }

  private static func number(
    _ name: String, _ texts: [String: String]
  ) throws(CheckpointError) -> Double {
    guard let text = texts[name] else { throw .notACheckpoint(missing: "the note '\(name)'") }
    guard let value = Double(text), value.isFinite else {
      throw .invalid(reason: "its \(name) is '\(text)'")
    }
    return value
  }
}
