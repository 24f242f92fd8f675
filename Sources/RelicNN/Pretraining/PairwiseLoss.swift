internal import Foundation

/// The loss of one pair of views as a function of its logits S, with the gradient `∂loss/∂S`.
struct PairwiseLoss {
  /// The instance discrimination, a mean over images.
  let instance: Double
  /// The invariance penalty before `alpha`, a mean over images.
  let invariance: Double
  /// Shape `[n, n]`.
  let gradient: Tensor

  /// Computes the loss of logits `[n, n]`.
  init(logits: Tensor, alpha: Float, usesSigLIP: Bool) {
    let rows = Softmax(ofRows: logits)
    // Row b of this one is column b of C.
    let columns = Softmax(ofRows: logits.transposed)
    let discrimination = usesSigLIP ? Self.sigmoidLoss(of: logits) : Self.crossEntropy(of: rows)
    let divergence = Self.divergence(of: columns, from: rows)
    // How the penalty moves with S_ab: by P_ab - C_ba through the first of its two softmaxes, and
    // by the transposed slope through the other.
    var slopes = rows.probabilities
    slopes.add(columns.probabilities, scaledBy: -1)
    slopes.add(divergence.slopes.transposed)
    let inverse = 1 / Float(logits.shape[0])
    var gradient = discrimination.slopes
    RowPass(elementsOf: gradient).forEachChunk(reading: slopes, writing: &gradient) { _, d, y in
      for index in y.indices { y[index] = (y[index] + alpha * d[index]) * inverse }
    }
    self.gradient = gradient
    instance = discrimination.losses.reduce(0, +) * Double(inverse)
    invariance = divergence.losses.reduce(0, +) * Double(inverse)
  }

  /// Returns `-log P_aa` of every row a, and its slopes `P_ab - [a = b]`.
  private static func crossEntropy(of rows: Softmax) -> (losses: [Double], slopes: Tensor) {
    var slopes = rows.probabilities
    let losses = pass(slopes).mapRows(reading: rows.logarithms, writing: &slopes) {
      a, logs, slope in
      slope[a] -= 1
      return -Double(logs[a])
    }
    return (losses, slopes)
  }

  /// Returns `-Σ_b log σ(±S_ab)` of every row a, and its slopes; + is the sign of an image and itself.
  private static func sigmoidLoss(of logits: Tensor) -> (losses: [Double], slopes: Tensor) {
    var slopes = Tensor(uninitialized: logits.shape)
    let losses = pass(slopes).mapRows(reading: logits, writing: &slopes) { a, logits, slope in
      var sum = 0.0
      for b in logits.indices {
        let sign: Float = a == b ? 1 : -1
        let margin = sign * logits[b]
        sum += Double(log1p(exp(-abs(margin))) + max(-margin, 0))
        slope[b] = -sign / (1 + exp(margin))
      }
      return sum
    }
    return (losses, slopes)
  }

  /// Returns `K_b = Σ_a C_ab (log C_ab - log P_ba)` of every b, row b of the columns against row b of
  /// the rows, and its slopes through C_ab alone: `C_ab (log C_ab - log P_ba - K_b)`.
  private static func divergence(
    of columns: Softmax, from rows: Softmax
  ) -> (losses: [Double], slopes: Tensor) {
    var slopes = columns.logarithms
    slopes.add(rows.logarithms, scaledBy: -1)
    let losses = pass(slopes).mapRows(reading: columns.probabilities, writing: &slopes) {
      _, c, slope in
      var sum = 0.0
      for a in c.indices { sum += Double(c[a] * slope[a]) }
      for a in c.indices { slope[a] = c[a] * (slope[a] - Float(sum)) }
      return sum
    }
    return (losses, slopes)
  }

  private static func pass(_ matrix: Tensor) -> RowPass {
    RowPass(rows: matrix.shape[0], grain: 32)
  }
}
