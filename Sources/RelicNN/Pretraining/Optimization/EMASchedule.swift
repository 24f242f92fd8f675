internal import Foundation

/// The decay of the target network over a run, rising from its start to nearly 1 along a cosine,
/// and the steps at which the target follows.
///
/// `1 - (1 - start) · (cos(π k / K) + 1) / 2`, Mitrovic et al. 2020, appendix. As in the reference,
/// K reaches two epochs beyond the end, and the arithmetic is in single precision.
struct EMASchedule: Sendable, Equatable {
  /// The decay of the target's first move.
  let start: Float
  let epochs: Int
  let stepsPerEpoch: Int
  /// The last step, counted from 0, after which the target is a plain copy.
  let copiesThrough: Int
  /// Steps between two moves.
  let interval: Int

  /// Whether the target becomes a copy of the online network after step `step`, counted from 0.
  func copies(atStep step: Int) -> Bool { step <= copiesThrough }

  /// Whether the target moves towards the online network after step `step`, counted from 0.
  func moves(atStep step: Int) -> Bool { step > copiesThrough && step % interval == 0 }

  /// The decay that holds after the target's move at step `step`.
  func decay(afterStep step: Int) -> Double {
    let horizon = Float(stepsPerEpoch * (epochs + 2) - copiesThrough)
    return Double(1 - Float(1 - Double(start)) * (cos(.pi * Float(step) / horizon) + 1) / 2)
  }
}
