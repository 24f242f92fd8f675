internal import Foundation

/// The EMA rate of the target network over a run, rising from `gamma` to nearly 1 along a cosine.
///
/// `1 - (1 - gamma) · (cos(π k / K) + 1) / 2`, Mitrovic et al. 2020, appendix. As in the reference,
/// K reaches two epochs beyond the end, and the arithmetic is in single precision.
public struct GammaSchedule: Sendable, Equatable {
  let initial: Double
  let horizon: Float
  let copiesThrough: Int
  let interval: Int

  /// Creates the schedule of a run.
  public init(_ configuration: PretrainingConfiguration, stepsPerEpoch: Int) {
    initial = Double(configuration.gamma)
    horizon = Float(
      stepsPerEpoch * (configuration.epochs + 2) - configuration.updateGammaAfterStep)
    copiesThrough = configuration.updateGammaAfterStep
    interval = configuration.updateGammaEveryNSteps
  }

  /// Whether the target becomes a copy of the online network after step `step`, counted from 0.
  public func copies(atStep step: Int) -> Bool { step <= copiesThrough }

  /// Whether the target moves towards the online network after step `step`, counted from 0.
  public func moves(atStep step: Int) -> Bool { step > copiesThrough && step % interval == 0 }

  /// The rate that holds after the target's move at step `step`.
  public func gamma(afterStep step: Int) -> Double {
    Double(1 - Float(1 - initial) * (cos(.pi * Float(step) / horizon) + 1) / 2)
  }
}
