/// The steps of a run that are left, one report after the other.
///
/// ```swift
/// var run = Pretraining(encoder, configuration, stepsPerEpoch: loader.stepsPerEpoch).run(on: loader)
/// while let report = try run.next() { print(report.epoch, report.loss) }
/// let features = run.state.target.encoder(images)
/// ```
///
/// No `Sequence`, whose `next` cannot throw and whose loop would hide the state between two steps.
public struct PretrainingRun<Backbone: EncoderNetwork>: Sendable {
  /// The state after the last step.
  public private(set) var state: Pretraining<Backbone>
  /// Where batches come from.
  public let loader: BatchLoader
  /// Images of the last batch that could not be read and were passed over.
  public private(set) var skipped: [UnreadableImage] = []

  init(_ state: consuming Pretraining<Backbone>, on loader: BatchLoader) {
    precondition(
      loader.stepsPerEpoch == state.length.stepsPerEpoch,
      "\(loader.stepsPerEpoch) batches for an epoch of \(state.length.stepsPerEpoch) steps")
    self.loader = loader.sharing(state.ranks)
    self.state = state
  }

  /// Loads a batch and takes a step.
  ///
  /// - Returns: What the step did, or `nil` after the last epoch.
  /// - Throws: `UnreadableImage`, before the state has changed, what `advance` throws, or `RankError` if
  ///   another rank has failed or computes otherwise.
  public mutating func next() throws -> StepReport? {
    let length = state.length
    guard state.step < length.steps else { return nil }
    let (epoch, index) = state.step.quotientAndRemainder(dividingBy: length.stepsPerEpoch)
    let ranks = state.ranks
    let batch = try ranks.agreed(
      Result { () throws(UnreadableImage) in try loader.batch(epoch: epoch, step: index) })
    skipped =
      loader.broken == .skip ? UnreadableImage.gathered(batch.skipped, ranks) : batch.skipped
    let report = try state.advance(
      batch.views, measuresAccuracy: (state.step + 1) % length.measurementInterval == 0)
    if report.endsEpoch { try state.checkAgreement() }
    return report
  }
}

extension Pretraining {
  /// Returns the steps from this state to the end of the last epoch, to be taken one by one.
  ///
  /// - Parameter loader: Gives as many batches an epoch as the state was made for.
  /// - Returns: The run; no step has been taken yet.
  public consuming func run(on loader: BatchLoader) -> PretrainingRun<Backbone> {
    PretrainingRun(self, on: loader)
  }
}
