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

  /// The rate after the warm-up.
  let peak: Float
  /// Steps over which the rate rises from 0.
  let warmupSteps: Int
  /// Steps of the run, those of the warm-up included.
  let totalSteps: Int
  let shape: Shape

  /// Returns the rate of step `step`, counted from 0.
  func rate(atStep step: Int) -> Float {
    if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
    guard shape == .cosine, totalSteps > warmupSteps else { return peak }
    let progress = Double(step - warmupSteps) / Double(totalSteps - warmupSteps)
    return Float(Double(peak) * (1 + cos(.pi * min(progress, 1))) / 2)
  }
}
