internal import Foundation

/// The learning rate at every step: a linear warm-up, then constant, at last along half a cosine to
/// 0 if that is its shape.
///
/// The cosine is Loshchilov & Hutter 2016, equation 5, without restarts.
public struct LearningRateSchedule: Sendable, Equatable {
  /// What follows the warm-up.
  public enum Shape: String, CaseIterable, Sendable {
    case constant
    case cosine
  }

  /// The rate after the warm-up.
  let peak: Float
  /// Steps over which the rate rises from 0.
  let warmupSteps: Int
  /// Steps of the run, those of the warm-up included.
  let totalSteps: Int
  let shape: Shape
  /// The share of the steps after which the cosine begins, if not right after the warm-up.
  var decayStart: Float = 0

  /// Returns the rate of step `step`, counted from 0.
  func rate(atStep step: Int) -> Float {
    if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
    let firstDecay = max(warmupSteps, Int(Double(decayStart) * Double(totalSteps)))
    guard shape == .cosine, firstDecay < totalSteps, step > firstDecay else { return peak }
    let progress = Double(step - firstDecay) / Double(totalSteps - firstDecay)
    return Float(Double(peak) * (1 + cos(.pi * min(progress, 1))) / 2)
  }
}
