internal import Foundation

/// The ReLIC loss: instance discrimination by cross-entropy, plus invariance.
///
/// Mitrovic et al. 2020, equations 3 and 5, with learned scale and bias. With P the softmax of the
/// rows of the logits and K the penalty of `InvariancePenalty`,
/// `loss = -mean log P_aa + alpha · K`.
public struct RelicLoss: ContrastiveLoss {
  /// The weight of the invariance penalty.
  public let alpha: Float

  /// A scale of 1.
  public let initialLogScale: Float = 0
  /// No bias: a softmax does not depend on it.
  public let initialBias: Float = 0
  /// The reference's bound.
  public let maximumLogitScale: Float = 5

  /// Creates a loss.
  public init(alpha: Float) { self.alpha = alpha }

  /// Returns the loss of logits `[n, n]` and its gradient.
  public func ofPair(_ logits: Tensor) -> PairLoss {
    let penalty = InvariancePenalty(of: logits)
    // Through the first term S moves by P_ab - [a = b].
    var slopes = penalty.rows.probabilities
    let losses = RowPass(rows: slopes.shape[0], grain: 32).mapRows(
      reading: penalty.rows.logarithms, writing: &slopes
    ) { a, logs, slope in
      slope[a] -= 1
      return -Double(logs[a])
    }
    return penalty.added(to: losses, slopes, weight: alpha)
  }

  /// Returns the cross-entropy of a uniform softmax, `log n`.
  public func chanceLevel(ofImages n: Int) -> Double? { log(Double(n)) }
}
