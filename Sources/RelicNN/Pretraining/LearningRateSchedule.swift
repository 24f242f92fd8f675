internal import Foundation

/// The learning rate at every step: a linear warm-up, then constant or along half a cosine to 0.
///
/// The cosine is Loshchilov & Hutter 2016, equation 5, without restarts.
public struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  public enum Shape: String, CaseIterable, Sendable {
    case constant
    case cosine
  }

  let peak: Float
  let warmupSteps: Int
  let totalSteps: Int
  let shape: Shape

  /// Creates the schedule of a run.
  public init(_ configuration: PretrainingConfiguration, stepsPerEpoch: Int) {
    peak = configuration.learningRate
    warmupSteps = configuration.warmupEpochs * stepsPerEpoch
    totalSteps = configuration.epochs * stepsPerEpoch
    shape = configuration.learningRateShape
  }

  /// Returns the rate of step `step`, counted from 0.
  public func rate(atStep step: Int) -> Float {
    if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
    guard shape == .cosine, totalSteps > warmupSteps else { return peak }
    let progress = Double(step - warmupSteps) / Double(totalSteps - warmupSteps)
    return Float(Double(peak) * (1 + cos(.pi * min(progress, 1))) / 2)
  }
}
