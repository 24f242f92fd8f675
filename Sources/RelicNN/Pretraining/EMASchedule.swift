internal import Foundation

/// The decay of the target network over a run, rising from its start to nearly 1 along a cosine,
/// and the steps at which the target follows.
///
/// `1 - (1 - start) · (cos(π k / K) + 1) / 2`, Mitrovic et al. 2020, appendix. As in the reference,
/// K reaches two epochs beyond the end, and the arithmetic is in single precision.
package struct EMASchedule: Sendable, Equatable {
  /// The decay of the target's first move.
  package let start: Float
  private let horizon: Float
  private let copiesThrough: Int
  private let interval: Int

  /// Creates the schedule of a run.
  ///
  /// - Parameters:
  ///   - start: The decay of the target's first move.
  ///   - epochs: Passes over the data.
  ///   - stepsPerEpoch: Steps of one pass.
  ///   - copiesThrough: The last step, counted from 0, after which the target is a plain copy.
  ///   - interval: Steps between two moves.
  package init(start: Float, epochs: Int, stepsPerEpoch: Int, copiesThrough: Int, interval: Int) {
    self.start = start
    horizon = Float(stepsPerEpoch * (epochs + 2) - copiesThrough)
    self.copiesThrough = copiesThrough
    self.interval = interval
  }

  /// Whether the target becomes a copy of the online network after step `step`, counted from 0.
  package func copies(atStep step: Int) -> Bool { step <= copiesThrough }

  /// Whether the target moves towards the online network after step `step`, counted from 0.
  package func moves(atStep step: Int) -> Bool { step > copiesThrough && step % interval == 0 }

  /// The decay that holds after the target's move at step `step`.
  package func decay(afterStep step: Int) -> Double {
    Double(1 - Float(1 - Double(start)) * (cos(.pi * Float(step) / horizon) + 1) / 2)
  }
}
