internal import RelicNN

/// A line of `metrics.jsonl`: from the step after this one, a run is one of more epochs than it began
/// as.
struct LengthChange: Encodable {
  let step: Int
  let formerNumEpochs: Int
  let numEpochs: Int
}

extension RunFolder {
  /// Records that a run that is resumed has more epochs than it had.
  ///
  /// - Returns: What was changed and how the run goes on, or `nil` if its length stays.
  func lengthen(
    to configuration: PretrainingConfiguration, after step: Int
  ) throws -> (change: LengthChange, line: String)? {
    var begun = try options()
    let (before, epochs) = (begun.configuration.epochs, configuration.epochs)
    guard epochs > before else { return nil }
    begun.configuration.epochs = epochs
    try write(begun)
    let falls = configuration.learningRateShape == .cosine
    return (
      LengthChange(step: step, formerNumEpochs: before, numEpochs: epochs),
      "\(path): trained on to \(epochs.counted("epoch")), from \(before); gamma and learning rate go "
        + "on as those of a run of \(epochs)" + (falls ? ", so the rate falls later" : "")
    )
  }
}
