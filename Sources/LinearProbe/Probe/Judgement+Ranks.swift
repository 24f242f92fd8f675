extension RankGroup {
  /// Returns which of the queries each rank answers.
  func queries(of count: Int) -> [Range<Int>] {
    let tasks = (count + Neighborhoods.taskQueries - 1) / Neighborhoods.taskQueries
    let bounds = (0...size).map { min(count, $0 * tasks / size * Neighborhoods.taskQueries) }
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }

  /// Joins what every rank says of its queries.
  func joined(_ own: Judgement) -> Judgement {
    size > 1 ? Judgement(gather(own.bytes).map(Judgement.init(bytes:))) : own
  }
}

extension Judgement {
  /// A prediction and a likelihood for each sample.
  fileprivate var bytes: [UInt8] {
    zip(predictions, likelihoods).flatMap {
      Int64($0).littleEndianBytes + $1.bitPattern.littleEndianBytes
    }
  }

  fileprivate init(bytes: [UInt8]) {
    let words = stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<(start + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    let samples = stride(from: 0, to: words.count, by: 2)
    self.init(
      predictions: samples.map { Int(truncatingIfNeeded: words[$0]) },
      likelihoods: samples.map { Double(bitPattern: words[$0 + 1]) })
  }
}
