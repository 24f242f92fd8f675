internal import Foundation
internal import Synchronization

/// Ranks that are threads of this process: what MPI does between processes, without any.
///
/// For tests, which so train over several ranks where no MPI is installed.
package struct ThreadRanks: Communicator {
  package let rank: Int
  package let size: Int
  package let background: BackgroundSums?
  private let board: Board

  /// Calls `body` on `size` threads of as many ranks, and returns what each gave.
  ///
  /// - Parameters:
  ///   - size: The number of ranks.
  ///   - overlapping: Whether sums can be carried out in the background.
  ///   - body: What every rank does. It must not throw on one of them alone: the others would wait.
  /// - Returns: The results in the order of the ranks.
  /// - Throws: What `body` throws on the first rank that it fails on.
  package static func run<R: Sendable>(
    _ size: Int, overlapping: Bool = false,
    _ body: @escaping @Sendable (any Communicator) throws -> R
  ) throws -> [R] {
    let boards = [Board(size), Board(size)]
    let results = Mutex<[Int: Result<R, any Error>]>([:])
    let group = DispatchGroup()
    for rank in 0..<size {
      let background = overlapping ? ThreadRanks(rank, size, boards[1]) : nil
      let ranks = ThreadRanks(
        rank, size, boards[0], background: background.map { BackgroundSums(over: $0) })
      group.enter()
      let thread = Thread {
        let result = Result { try body(ranks) }
        results.withLock { $0[rank] = result }
        group.leave()
      }
      // As much as the thread that starts a program has.
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return try results.withLock { results in
      try (0..<size).compactMap { try results[$0]?.get() }
    }
  }

  private init(_ rank: Int, _ size: Int, _ board: Board, background: BackgroundSums? = nil) {
    (self.rank, self.size, self.board, self.background) = (rank, size, board, background)
  }

  package func gather(_ numbers: [Double]) -> [[Double]] {
    let all = board.exchange(.numbers(numbers), rank).map(\.numbers)
    precondition(
      all.allSatisfy { $0.count == numbers.count }, "ranks give \(all.map(\.count)) numbers")
    return all
  }

  package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    board.exchange(.bytes(bytes), rank).map(\.bytes)
  }

  package func gather(_ tensor: Tensor, counts: [Int]) -> [Tensor] {
    let all = board.exchange(.tensor(tensor), rank).map(\.tensor)
    precondition(all.map(\.count) == counts, "ranks give \(all.map(\.count)), not \(counts)")
    return all.map { $0.reshaped([$0.count]) }
  }

  package func sum(_ tensor: inout Tensor) {
    let all = board.exchange(.tensor(tensor), rank).map(\.tensor)
    tensor = all[0]
    for other in all.dropFirst() { tensor.add(other) }
  }

  /// What a rank puts on the board.
  private enum Content: Sendable {
    case numbers([Double])
    case bytes([UInt8])
    case tensor(Tensor)

    var numbers: [Double] { if case .numbers(let numbers) = self { numbers } else { [] } }
    var bytes: [UInt8] { if case .bytes(let bytes) = self { bytes } else { [] } }
    var tensor: Tensor {
      if case .tensor(let tensor) = self { tensor } else { Tensor(uninitialized: [0]) }
    }
  }

  /// Where the ranks meet.
  // Sendable: everything is read and written between lock and unlock.
  private final class Board: @unchecked Sendable {
    private let size: Int
    private let condition = NSCondition()
    private var contents: [Content?]
    /// Ranks that have written and not yet read.
    private var inside = 0
    private var isReading = false

    init(_ size: Int) {
      self.size = size
      contents = Array(repeating: nil, count: size)
    }

    /// Writes what a rank has, and returns what every rank has when all have written.
    func exchange(_ content: Content, _ rank: Int) -> [Content] {
      condition.lock()
      defer { condition.unlock() }
      while isReading { condition.wait() }
      contents[rank] = content
      inside += 1
      if inside == size {
        isReading = true
        condition.broadcast()
      }
      while !isReading { condition.wait() }
      let all = contents.compactMap(\.self)
      inside -= 1
      if inside == 0 {
        contents = Array(repeating: nil, count: size)
        isReading = false
        condition.broadcast()
      }
      return all
    }
  }
}
