internal import RelicNN

/// The line that tells how a run is doing: what the reference's shows, speed and time left.
struct ProgressLine {
  private let configuration: PretrainingConfiguration
  private let stepsPerEpoch: Int
  private let firstStep: Int
  private let showsBar: Bool
  private let start = ContinuousClock.now

  /// Starts the clock at a run's step `firstStep`, 0 unless it is resumed.
  init(
    _ configuration: PretrainingConfiguration, stepsPerEpoch: Int, firstStep: Int, showsBar: Bool
  ) {
    self.showsBar = showsBar
    self.configuration = configuration
    self.stepsPerEpoch = stepsPerEpoch
    self.firstStep = firstStep
  }

  /// Seconds since the clock started.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// The fields of the line after a step.
  func fields(_ report: StepReport) -> [String] {
    let total = stepsPerEpoch * configuration.epochs
    let secondsPerStep = seconds / Double(max(1, report.step - firstStep))
    let bar = showsBar ? WorkProgress.bar(Double(report.step) / Double(total)) + " " : ""
    return [
      "epoch \((report.step - 1) / stepsPerEpoch + 1)/\(configuration.epochs)",
      "\(bar)step \(report.step)/\(total)",
      "epoch loss \(report.averages.lossOfEpoch.fixed(4))",
      "running loss \(report.averages.loss.fixed(4))",
      "KL \(report.averages.invarianceOfEpoch.fixed(4))",
      "gamma \(report.emaDecay.fixed(5))",
      "alpha \(configuration.alpha.argument)",
      "logit scale \(Double(report.logitScale).fixed(4))",
      "bias \(Double(report.bias).fixed(4))",
      "lr \(report.learningRate.argument)",
      "\(imagesPerSecond(report.step).fixed(0)) images/s",
      "\((secondsPerStep * Double(total - report.step)).duration) left",
    ]
  }

  /// Images per second up to `step`.
  func imagesPerSecond(_ step: Int) -> Double {
    Double((step - firstStep) * configuration.batchSize) / max(seconds, 1e-9)
  }
}
