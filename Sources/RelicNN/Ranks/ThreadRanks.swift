internal import Foundation
internal import Synchronization

/// Ranks that are threads of this process, which is alone or itself a rank of several.
///
/// Only one of them computes at a time, with all workers, until it has to wait for the others.
package struct ThreadRanks: Communicator {
  package let rank: Int
  package let size: Int
  package let background: BackgroundSums?
  private let thread: Int
  private let board: Board
  private let processes: any Communicator

  /// Calls `body` on `count` threads, each a rank of its own, and returns what each gave.
  ///
  /// - Parameters:
  ///   - count: The number of threads.
  ///   - processes: The ranks that this process is one of; each has as many threads, and those of rank 0
  ///     come first.
  ///   - overlapping: Whether sums can be carried out in the background; threads then compute at the
  ///     same time, for one may wait for a sum that another has still to begin.
  ///   - body: What every rank does. It must not throw on one of them alone: the others would wait.
  /// - Returns: The results in the order of the ranks.
  /// - Throws: What `body` throws on the first rank that it fails on.
  package static func run<R: Sendable, E: Error>(
    _ count: Int, within processes: any Communicator = OneRank(), overlapping: Bool = false,
    _ body: @escaping @Sendable (any Communicator) throws(E) -> R
  ) throws(E) -> [R] {
    let turn = overlapping ? nil : DispatchSemaphore(value: 1)
    let boards = [Board(count, turn), Board(count, nil)]
    let results = Mutex<[Int: Result<R, E>]>([:])
    let group = DispatchGroup()
    for index in 0..<count {
      let background = overlapping ? ThreadRanks(index, boards[1], processes) : nil
      let ranks = ThreadRanks(
        index, boards[0], processes, background: background.map { BackgroundSums(over: $0) })
      group.enter()
      let thread = Thread {
        turn?.wait()
        let result = Result { () throws(E) in try body(ranks) }
        results.withLock { $0[index] = result }
        turn?.signal()
        group.leave()
      }
      // As much as the thread that starts a program has.
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    // Taken out, for threads may hold on to what they share for a moment longer.
    let all = results.withLock { results in
      defer { results = [:] }
      return (0..<count).compactMap { results[$0] }
    }
    var values: [R] = []
    for result in all { values.append(try result.get()) }
    return values
  }

  private init(
    _ thread: Int, _ board: Board, _ processes: any Communicator,
    background: BackgroundSums? = nil
  ) {
    rank = processes.rank * board.size + thread
    size = processes.size * board.size
    (self.thread, self.board, self.processes) = (thread, board, processes)
    self.background = background
  }

  package func gather(_ numbers: [Double]) -> [[Double]] {
    board.meet(numbers, thread) { own in
      let counts = own.map(\.count)
      precondition(Set(counts).count == 1, "ranks give \(counts) numbers")
      return processes.gather(Array(own.joined())).flatMap { Self.pieces(of: $0, counts) }
    }
  }

  package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    board.meet(bytes, thread) { own in
      let counts = processes.gather(own.map { Double($0.count) }).map { $0.map { Int($0) } }
      let all = processes.gather(Array(own.joined()))
      return zip(all, counts).flatMap { Self.pieces(of: $0, $1) }
    }
  }

  package func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor] {
    let parts = stride(from: 0, to: size, by: board.size).map {
      Array(counts[$0..<($0 + board.size)])
    }
    return board.meet(tensor, thread) { own in
      precondition(
        own.map(\.count) == parts[processes.rank], "ranks give \(own.map(\.count)), not \(counts)")
      let flat = Tensor.concatenated(own.map { $0.reshaped([$0.count]) })
      let all = processes.gather(flat, counts: parts.map { $0.reduce(0, +) })
      return zip(all, parts).flatMap { all, counts in
        var first = 0
        return counts.map { count in
          defer { first += count }
          return all.rows(first..<(first + count))
        }
      }
    }
  }

  package func sum(_ tensor: inout Tensor) {
    tensor = board.meet(tensor, thread) { own in
      var sum = Tensor.summedPairwise(own)
      processes.sum(&sum)
      return sum
    }
  }

  package func once<Value: Sendable>(_ body: () -> Value) -> Value {
    board.meet(thread == 0 ? [body()] : [], thread) { $0[0][0] }
  }

  /// Returns consecutive parts of so many elements.
  private static func pieces<Element>(of all: [Element], _ counts: [Int]) -> [[Element]] {
    var first = 0
    return counts.map { count in
      defer { first += count }
      return Array(all[first..<(first + count)])
    }
  }

  /// Where the threads meet.
  // Sendable: everything is read and written between lock and unlock.
  private final class Board: @unchecked Sendable {
    let size: Int
    /// What the thread that computes holds.
    private let turn: DispatchSemaphore?
    private let condition = NSCondition()
    private var contents: [any Sendable] = []
    private var places: [Int] = []
    private var result: (any Sendable)?
    /// Threads that have written and not yet read.
    private var inside = 0

    init(_ size: Int, _ turn: DispatchSemaphore?) { (self.size, self.turn) = (size, turn) }

    /// Returns, when all threads have come here, what `join` makes of what they have, in their order; one
    /// of them calls it.
    func meet<Own: Sendable, All: Sendable>(
      _ own: Own, _ thread: Int, _ join: ([Own]) -> All
    ) -> All {
      turn?.signal()
      defer { turn?.wait() }
      condition.lock()
      defer { condition.unlock() }
      while result != nil { condition.wait() }
      contents.append(own)
      places.append(thread)
      if contents.count == size {
        let order = places.indices.sorted { places[$0] < places[$1] }
        result = join(order.compactMap { contents[$0] as? Own })
        (contents, places, inside) = ([], [], size)
        condition.broadcast()
      }
      while result == nil { condition.wait() }
      guard let all = result as? All else {
        preconditionFailure("threads that share a step do not call the same operations")
      }
      inside -= 1
      if inside == 0 {
        result = nil
        condition.broadcast()
      }
      return all
    }
  }
}

extension Tensor {
  /// Returns the sum of tensors of one shape, one or more, over a binary tree.
  package static func summedPairwise(_ terms: [Tensor]) -> Tensor {
    var tree = SumTree<Tensor>()
    for (index, term) in terms.enumerated() {
      tree.append(term, of: index..<(index + 1)) { $0.add($1) }
    }
    guard let sum = tree.finish({ $0.add($1) }) else { preconditionFailure("no tensors to add") }
    return sum
  }
}
