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

  private let peak: Float
  private let warmupSteps: Int
  private let totalSteps: Int
  private let shape: Shape
  private let decayStart: Int

  /// Creates the schedule of a run.
  ///
  /// - Parameters:
  ///   - peak: The rate after the warm-up.
  ///   - warmupSteps: Steps over which the rate rises from 0.
  ///   - totalSteps: Steps of the run, those of the warm-up included.
  ///   - shape: What follows the warm-up.
  ///   - decayStart: The share of the steps after which the cosine begins, if not right after the
  ///     warm-up.
  package init(
    peak: Float, warmupSteps: Int, totalSteps: Int, shape: Shape, decayStart: Float = 0
  ) {
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
    self.shape = shape
    self.decayStart = max(warmupSteps, Int(Double(decayStart) * Double(totalSteps)))
  }

  /// Returns the rate of step `step`, counted from 0.
  package func rate(atStep step: Int) -> Float {
    if step < warmupSteps { return peak * Float(step + 1) / Float(warmupSteps) }
    guard shape == .cosine, totalSteps > decayStart, step > decayStart else { return peak }
    let progress = Double(step - decayStart) / Double(totalSteps - decayStart)
    return Float(Double(peak) * (1 + cos(.pi * min(progress, 1))) / 2)
  }
}
