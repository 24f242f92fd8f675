internal import Foundation

/// Instance discrimination that classifies every pair of images by itself, plus invariance.
///
/// Zhai et al. 2023, equation 1, in place of ReLIC's first term: with the sign + where online and
/// target show the same image, `loss = -Σ_ab log σ(±S_ab) / n + alpha · K`, K of
/// `InvariancePenalty`.
public struct SigLIPLoss: ContrastiveLoss {
  /// The weight of the invariance penalty.
  public let alpha: Float

  /// The reference starts at a scale of 10.
  public let initialLogScale: Float
  /// Nearly all pairs show different images.
  public let initialBias: Float = -10
  /// The reference's bound.
  public let maximumLogitScale: Float = 15

  /// Creates a loss.
  ///
  /// - Parameters:
  ///   - alpha: The weight of the invariance penalty.
  ///   - initialLogitScale: Where the scale starts.
  public init(alpha: Float, initialLogitScale: Float = 10) {
    self.alpha = alpha
    initialLogScale = log(initialLogitScale)
  }

  /// Returns the loss of logits `[n, n]` and its gradient.
  public func ofPair(_ logits: Tensor) -> PairLoss {
    var slopes = Tensor(uninitialized: logits.shape)
    let losses = RowPass(rows: logits.shape[0], grain: 32).mapRows(
      reading: logits, writing: &slopes
    ) { a, logits, slope in
      var sum = 0.0
      for b in logits.indices {
        let sign: Float = a == b ? 1 : -1
        let margin = sign * logits[b]
        sum += Double(log1p(exp(-abs(margin))) + max(-margin, 0))
        slope[b] = -sign / (1 + exp(margin))
      }
      return sum
    }
    return InvariancePenalty(of: logits).added(to: losses, slopes, weight: alpha)
  }
}
