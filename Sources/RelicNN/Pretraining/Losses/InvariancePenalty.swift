/// How far the matching of images differs between the two directions of a pair of views.
///
/// Mitrovic et al. 2020, equation 5. With P the softmax of the rows of the logits S and C that of
/// their columns, `K = Σ_ab C_ab (log C_ab - log P_ba) / n`.
struct InvariancePenalty {
  /// P.
  let rows: Softmax
  /// K.
  private let value: Double
  /// `n · ∂K/∂S`.
  private let slopes: Tensor

  /// Computes the penalty of logits `[n, n]`.
  init(of logits: Tensor) {
    rows = Softmax(ofRows: logits)
    // Row b of this one is column b of C.
    let columns = Softmax(ofRows: logits.transposed)
    // K_b = Σ_a C_ab (log C_ab - log P_ba): row b of the columns against row b of the rows. Through
    // C_ab it moves with S_ab by C_ab (log C_ab - log P_ba - K_b), a slope of row b.
    var divergences = columns.logarithms
    divergences.add(rows.logarithms, scaledBy: -1)
    let pass = RowPass(rows: logits.shape[0], grain: 32)
    let sums = pass.mapRows(reading: columns.probabilities, writing: &divergences) { _, c, slope in
      var sum = 0.0
      for a in c.indices { sum += Double(c[a] * slope[a]) }
      for a in c.indices { slope[a] = c[a] * (slope[a] - Float(sum)) }
      return sum
    }
    value = sums.reduce(0, +) * Double(1 / Float(logits.shape[0]))
    // And through P_ba by P_ab - C_ba.
    var slopes = rows.probabilities
    slopes.add(columns.probabilities, scaledBy: -1)
    slopes.add(divergences.transposed)
    self.slopes = slopes
  }

  /// Returns the mean of an instance discrimination over its images plus `weight · K`.
  ///
  /// - Parameters:
  ///   - losses: Of each image.
  ///   - dLosses: The slopes of their sum, `[n, n]`.
  ///   - weight: Of the penalty.
  /// - Returns: The loss, and its gradient with respect to the logits.
  func added(to losses: [Double], _ dLosses: consuming Tensor, weight: Float) -> PairLoss {
    let inverse = 1 / Float(losses.count)
    var dLogits = dLosses
    RowPass(elementsOf: dLogits).forEachChunk(reading: slopes, writing: &dLogits) { _, d, y in
      for index in y.indices { y[index] = (y[index] + weight * d[index]) * inverse }
    }
    let instance = losses.reduce(0, +) * Double(inverse)
    return PairLoss(
      loss: Float(instance + Double(weight) * value), invariance: Float(value), dLogits: dLogits)
  }
}
