internal import Foundation

/// The ReLIC loss: instance discrimination by cross-entropy, plus invariance.
///
/// Mitrovic et al. 2020, equations 3 and 5, with learned scale and bias. With P the softmax of the
/// rows of the logits and K the penalty of `InvariancePenalty`,
/// `loss = -mean log P_aa + alpha · K`.
public struct RelicLoss: ContrastiveLoss {
  /// The weight of the invariance penalty.
  public let alpha: Float

  /// The reference starts at a scale of 1.
  public let initialLogScale: Float
  /// No bias: a softmax does not depend on it.
  public let initialBias: Float = 0
  /// The reference's bound.
  public let maximumLogitScale: Float = 5
  /// What divides the products of projections that are not normalised, if anything.
  public let fixedTemperature: Float?

  /// Creates a loss of normalised projections.
  ///
  /// - Parameters:
  ///   - alpha: The weight of the invariance penalty.
  ///   - initialLogitScale: Where the scale starts.
  public init(alpha: Float, initialLogitScale: Float = 1) {
    self.alpha = alpha
    initialLogScale = log(initialLogitScale)
    fixedTemperature = nil
  }

  /// Creates a loss of projections as they are, as the reference had it until January 2024.
  ///
  /// - Parameters:
  ///   - alpha: The weight of the invariance penalty.
  ///   - fixedTemperature: What divides the products of projections, above 0.
  public init(alpha: Float, fixedTemperature: Float) {
    self.alpha = alpha
    self.fixedTemperature = fixedTemperature
    initialLogScale = 0
  }

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
