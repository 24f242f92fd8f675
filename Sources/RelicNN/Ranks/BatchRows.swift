/// Which rows of a batch each rank has: those of rank 0, then those of rank 1, and so on.
public struct BatchRows: Equatable, Sendable {
  /// How many each rank has, in the order of the ranks.
  public let counts: [Int]

  /// The rank whose own rows are spoken of.
  public let rank: Int

  /// Cuts a batch as evenly as it can be: rank r of N has rows `r · count / N ..< (r + 1) · count / N`.
  public init(of count: Int, rank: Int, size: Int) {
    precondition(rank >= 0 && rank < size, "no rank \(rank) of \(size)")
    counts = (0..<size).map { ($0 + 1) * count / size - $0 * count / size }
    self.rank = rank
  }

  /// Asks every rank how many it has.
  init(own count: Int, _ ranks: any Communicator) {
    counts = ranks.size > 1 ? ranks.gather([Double(count)]).map { Int($0[0]) } : [count]
    rank = ranks.rank
  }

  /// How many the batch has.
  public var total: Int { counts.reduce(0, +) }

  /// The rows of this rank.
  public var own: Range<Int> {
    let first = counts.prefix(rank).reduce(0, +)
    return first..<(first + counts[rank])
  }

  /// Returns `[views, total, …]` for `[views, own.count, …]` of every rank.
  func gathered(_ x: Tensor, _ ranks: any Communicator) -> Tensor {
    guard counts.count > 1 else { return x }
    let (views, tail) = (x.shape[0], Array(x.shape.dropFirst(2)))
    let size = tail.reduce(views, *)
    let parts = zip(ranks.gather(x, counts: counts.map { $0 * size }), counts).map {
      $0.reshaped([views, $1] + tail)
    }
    let blocks = (0..<views).flatMap { view in
      parts.map { $0.rows(view..<(view + 1)).reshaped(Array($0.shape.dropFirst())) }
    }
    return Tensor.concatenated(blocks).reshaped([views, total] + tail)
  }

  /// Returns this rank's rows `[views, own.count, …]` of `[views, total, …]`.
  func own(of x: Tensor) -> Tensor {
    guard counts.count > 1 else { return x }
    let views = x.shape[0]
    let flat = x.reshaped([views * total] + x.shape.dropFirst(2))
    let blocks = (0..<views).map { view in
      flat.rows((view * total + own.lowerBound)..<(view * total + own.upperBound))
    }
    return Tensor.concatenated(blocks).reshaped([views, own.count] + x.shape.dropFirst(2))
  }
}
