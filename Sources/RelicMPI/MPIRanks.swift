internal import CRanks
package import RelicNN

/// Ranks that are processes which MPI has started.
///
/// Only two of MPI's operations are used, which gather and exchange; sums are added here, so that every
/// rank has the same bits whichever library it is and however it would add.
package struct MPIRanks: Communicator {
  package let rank: Int
  package let size: Int
  package let background: BackgroundSums?
  private let way: Int32

  /// Starts MPI in a process that its launcher has started; once in a process.
  ///
  /// - Returns: The ranks, or `nil` if MPI does not start.
  package static func start() -> MPIRanks? {
    var (rank, size, allowsThreads) = (Int32(0), Int32(1), Int32(0))
    guard unsafe relic_ranks_start(&rank, &size, &allowsThreads) == 0 else { return nil }
    let background = MPIRanks(
      rank: Int(rank), size: Int(size), way: Int32(relic_rank_gradients), background: nil)
    return MPIRanks(
      rank: Int(rank), size: Int(size), way: Int32(relic_rank_steps),
      background: allowsThreads != 0 && size > 1 ? BackgroundSums(over: background) : nil)
  }

  private init(rank: Int, size: Int, way: Int32, background: BackgroundSums?) {
    (self.rank, self.size, self.way, self.background) = (rank, size, way, background)
  }

  /// Ends MPI when every rank has come here, each of which then exits with this code.
  package static func end(code: Int32) { relic_ranks_end(code) }

  /// Ends the processes of all ranks at once, with this exit status of the launcher.
  package static func abort(code: Int32) { relic_ranks_abort(code) }

  package func gather(_ numbers: [Double]) -> [[Double]] {
    let count = numbers.count
    var all = Array(repeating: 0.0, count: size * count)
    let (counts, places) = layout(Array(repeating: 8 * count, count: size))
    unsafe relic_ranks_gather(way, numbers, Int32(8 * count), &all, counts, places)
    return (0..<size).map { Array(all[($0 * count)..<(($0 + 1) * count)]) }
  }

  package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    let lengths = gather([Double(bytes.count)]).map { Int($0[0]) }
    var all = Array(repeating: UInt8(0), count: lengths.reduce(0, +))
    let (counts, places) = layout(lengths)
    unsafe relic_ranks_gather(way, bytes, Int32(bytes.count), &all, counts, places)
    return zip(places, lengths).map { Array(all[Int($0)..<(Int($0) + $1)]) }
  }

  package func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor] {
    precondition(tensor.count == counts[rank], "\(tensor.count) elements, not \(counts[rank])")
    var all = Tensor(uninitialized: [counts.reduce(0, +)])
    gather(tensor, into: &all, counts)
    var first = 0
    return counts.map { count in
      defer { first += count }
      return all.rows(first..<(first + count))
    }
  }

  /// Gives each rank its part of the elements of all, lets it add them, and gathers the sums: the
  /// fewest bytes that a sum can take.
  package func sum(_ tensor: inout Tensor) {
    guard size > 1, tensor.count > 0 else { return }
    let count = tensor.count
    let parts = (0..<size).map { ($0 + 1) * count / size - $0 * count / size }
    let own = parts[rank]
    var received = Tensor(uninitialized: [size, own])
    let (counts, places) = layout(parts)
    let (receivedCounts, receivedPlaces) = layout(Array(repeating: own, count: size))
    unsafe received.withMutableElements { received in
      unsafe tensor.withElements { elements in
        unsafe relic_ranks_exchange_floats(
          way, elements.baseAddress, counts, places, received.baseAddress, receivedCounts,
          receivedPlaces)
      }
    }
    let terms = (0..<size).map { received.rows($0..<($0 + 1)).reshaped([own]) }
    gather(.summedPairwise(terms), into: &tensor, parts)
  }

  private func gather(_ own: Tensor, into all: inout Tensor, _ counts: [Int]) {
    let (counts, places) = layout(counts)
    unsafe all.withMutableElements { all in
      unsafe own.withElements { own in
        unsafe relic_ranks_gather_floats(
          way, own.baseAddress, Int32(own.count), all.baseAddress, counts, places)
      }
    }
  }

  /// Returns how many elements each rank has and where they begin, as MPI counts: up to 2 ^ 31.
  private func layout(_ counts: [Int]) -> (counts: [Int32], places: [Int32]) {
    var first = 0
    let places = counts.map { count in
      defer { first += count }
      return Int32(first)
    }
    return (counts.map { Int32($0) }, places)
  }
}
