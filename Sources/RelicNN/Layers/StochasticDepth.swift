/// Which rows of a batch a residual branch reaches in training, and how much it counts there.
///
/// Huang et al. 2016; torchvision's `StochasticDepth` in row mode: with probability p the branch of
/// an image is left out, else it is divided by 1 - p.
package enum StochasticDepth: Sendable, Equatable {
  /// Every branch counts fully.
  case off
  /// Drawn anew for every block, pass and row: a function of these numbers alone, whichever rank has
  /// the row; without `rows` there is one rank.
  case random(seed: UInt64, step: Int, pass: Int, rows: BatchRows? = nil)
  /// Factors for every block, one per row.
  case given([[Float]])

  /// Returns one factor per row for a block, or `nil` if all are 1.
  func factors(block: Int, rows: Int, probability: Float) -> [Float]? {
    switch self {
    case .off: return nil
    case .given(let factors):
      precondition(
        block < factors.count && factors[block].count == rows,
        "block \(block) needs \(rows) factors")
      return factors[block]
    case .random(let seed, let step, let pass, let batch):
      guard probability > 0 else { return nil }
      var generator = Philox(
        seed: seed, purpose: .stochasticDepth, epoch: pass, sample: step, view: block)
      let batch = batch ?? BatchRows(of: rows, rank: 0, size: 1)
      let views = rows / max(batch.own.count, 1)
      let factors: [Float] = (0..<(views * batch.total)).map { _ in
        generator.uniform() < probability ? 0 : 1 / (1 - probability)
      }
      return (0..<views).flatMap { view in batch.own.map { factors[view * batch.total + $0] } }
    }
  }
}
