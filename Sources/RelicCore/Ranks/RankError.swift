/// A reason for ranks not to go on together.
public enum RankError: Error, Equatable, Sendable {
  /// Another rank has failed; it knows why.
  case failed(rank: Int)
  /// The state of a rank is no longer that of rank 0.
  case drifted(rank: Int, step: Int)
}

extension RankError: CustomStringConvertible {
  /// The reason in one line.
  public var description: String {
    switch self {
    case .failed(let rank): "rank \(rank) has failed"
    case .drifted(let rank, let step):
      "the weights of rank \(rank) are not those of rank 0 after step \(step): a machine that "
        + "computes otherwise, or wrongly"
    }
  }
}

extension RankGroup {
  /// Returns what this rank has come to, if every rank has come to something.
  ///
  /// - Throws: On the first rank that failed its error, on all others ``RankError/failed(rank:)``.
  package func agreed<Value>(_ result: Result<Value, some Error>) throws -> Value {
    if let error = errorElsewhere(result) { throw error }
    return try result.get()
  }

  /// Returns what the first rank that failed is told by to the others, nil on that one and where none
  /// failed.
  package func errorElsewhere(_ own: Result<some Any, some Error>) -> RankError? {
    var failed = false
    if case .failure = own { failed = true }
    return first(failed).flatMap { $0 == rank ? nil : .failed(rank: $0) }
  }
}
