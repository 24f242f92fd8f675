/// The ranks that do one work together: processes, as of MPI, or threads of one process.
///
/// Every rank calls the same operations in the same order, and each returns when the others have
/// called it too. What an operation returns is the same on every rank to the bit.
public protocol RankGroup: Sendable {
  /// The place of this one among all, from 0.
  var rank: Int { get }

  /// How many there are.
  var size: Int { get }

  /// Returns the numbers of every rank, in their order; every rank gives as many.
  func gather(_ numbers: [Double]) -> [[Double]]

  /// Returns the bytes of every rank, in their order; each may give another number of them.
  func gather(_ bytes: [UInt8]) -> [[UInt8]]
}

extension RankGroup {
  /// Returns the sums of the numbers of all ranks, added in their order.
  package func sum(_ numbers: [Double]) -> [Double] {
    let all = gather(numbers)
    return all.dropFirst().reduce(all[0]) { sums, own in zip(sums, own).map { $0 + $1 } }
  }

  /// Returns the bytes that rank 0 gives.
  package func broadcast(_ bytes: [UInt8]) -> [UInt8] { gather(rank == 0 ? bytes : [])[0] }

  /// Returns the first rank that says yes, if one does.
  package func first(_ answer: Bool) -> Int? {
    size > 1 ? gather([answer ? 1.0 : 0]).firstIndex(of: [1]) : answer ? 0 : nil
  }

  /// Returns whether one rank or more says yes.
  package func any(_ answer: Bool) -> Bool { first(answer) != nil }

  /// Returns when every rank has come here.
  package func wait() { _ = any(false) }
}

/// A run of one process.
public struct OneRank: RankGroup {
  /// The first.
  public var rank: Int { 0 }

  /// One.
  public var size: Int { 1 }

  /// Names the only rank.
  public init() {}

  /// Returns what is given.
  public func gather(_ numbers: [Double]) -> [[Double]] { [numbers] }

  /// Returns what is given.
  public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
}
