/// How far a run has come.
struct RunProgress: Equatable {
  /// Saved.
  let step: Int
  /// All of the run's.
  let steps: Int
  /// Whole epochs that are saved.
  let epoch: Int

  /// Whether the last step is saved.
  var hasEnded: Bool { step >= steps }

  /// Takes the notes of a checkpoint; `nil` if they do not tell, or not of a run that can be.
  init?(_ notes: [String: String], epochs: Int) {
    guard let step = notes["step"].flatMap({ Int($0) }), step >= 0,
      let stepsPerEpoch = notes["steps_per_epoch"].flatMap({ Int($0) }), stepsPerEpoch > 0
    else { return nil }
    let (steps, isTooMany) = stepsPerEpoch.multipliedReportingOverflow(by: epochs)
    guard !isTooMany else { return nil }
    self.step = step
    self.steps = steps
    epoch = step / stepsPerEpoch
  }
}
