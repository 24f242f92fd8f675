internal import RelicNN

/// Signs that a run learns nothing, each told once.
struct TrainingWatch {
  private let configuration: PretrainingConfiguration
  private var hasToldChance = false
  private var hasToldCollapse = false
  private var hasToldOverflow = false

  init(_ configuration: PretrainingConfiguration) { self.configuration = configuration }

  /// Judges a step.
  ///
  /// - Parameters:
  ///   - report: What the step did.
  ///   - endsEpoch: Whether the averages are those of a whole epoch.
  ///   - epoch: The epoch, from 1.
  /// - Returns: What the user should know and do, or `nil`.
  mutating func warning(_ report: StepReport, endsEpoch: Bool, epoch: Int) -> String? {
    if let spread = report.spread, spread < 0.02, !hasToldCollapse {
      hasToldCollapse = true
      return
        "warning: all images have almost the same projection (spread \(spread.fixed(4)) of 1): "
        + "the encoder collapses; lower --learning-rate or raise --gamma"
    }
    if let scale = report.lossScale, scale < 1, !hasToldOverflow {
      hasToldOverflow = true
      return
        "warning: the loss scale has fallen to \(scale) by step \(report.step): the gradients "
        + "overflow whatever the scale, and such steps are skipped; start anew without "
        + "--fp16-precision"
    }
    let averages = report.averages
    let instance =
      averages.lossOfEpoch - Double(configuration.alpha) * averages.invarianceOfEpoch
    if endsEpoch, epoch > 1, !hasToldChance,
      let chance = configuration.loss.chanceLevel(ofImages: configuration.batchSize),
      instance > chance - 0.005
    {
      hasToldChance = true
      return "warning: after epoch \(epoch) the loss sits at ln(batch) = \(chance.fixed(3)), as if "
        + "views were matched by chance; lower --learning-rate, or look at 'relic views'"
    }
    return nil
  }
}
