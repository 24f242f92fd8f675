import Synchronization
import Testing

@testable import RelicNN

@Suite struct CommunicatorTests {
  @Test(arguments: [1, 2, 3, 4])
  func `every rank gets what all gave, in the order of the ranks`(_ size: Int) throws {
    let counts = (0..<size).map { $0 + 1 }
    let results = ThreadRanks.run(size) { ranks in
      let own = Double(ranks.rank)
      let bytes = Array(repeating: UInt8(ranks.rank), count: ranks.rank)
      let tensor = Tensor(repeating: Float(ranks.rank), shape: [ranks.rank + 1, 1])
      return (
        ranks.gather([own, -own]), ranks.gather(bytes), ranks.gather(tensor, counts: counts),
        ranks.broadcast(Tensor([own == 0 ? 7 : 8], shape: [1, 1])), ranks.any(own == 1),
        ranks.any(false)
      )
    }
    #expect(results.count == size)
    for result in results {
      #expect(result.0 == (0..<size).map { [Double($0), -Double($0)] })
      #expect(result.1 == (0..<size).map { Array(repeating: UInt8($0), count: $0) })
      #expect(result.2 == (0..<size).map { Tensor(repeating: Float($0), shape: [$0 + 1]) })
      #expect(result.3 == Tensor([7], shape: [1, 1]))
      #expect(result.4 == (size > 1) && !result.5)
    }
  }

  @Test(arguments: [2, 3, 4, 7], [false, true])
  func `sums are added over a tree of the ranks, wherever they are carried out`(
    _ size: Int, _ overlapping: Bool
  ) throws {
    let terms = (0..<size).map { Formula.noise("terms\($0)", [3, 70_000]) }
    let sums = ThreadRanks.run(size, overlapping: overlapping) { ranks in
      var sum = terms[ranks.rank]
      let pending = ranks.background?.begin(sum)
      ranks.sum(&sum)
      return [sum, pending?.elements(0..<sum.count).reshaped(sum.shape) ?? sum]
    }
    let expected = Self.tree(terms)
    for found in sums { #expect(found == [expected, expected]) }
  }

  /// The sum of the largest power of two of terms that leaves some, and that of the others.
  private static func tree(_ terms: [Tensor]) -> Tensor {
    guard terms.count > 1 else { return terms[0] }
    var half = 1
    while 2 * half < terms.count { half *= 2 }
    var sum = tree(Array(terms[..<half]))
    sum.add(tree(Array(terms[half...])))
    return sum
  }

  @Test func `threads of several processes are ranks like others`() throws {
    @Sendable func told(_ ranks: any Communicator) -> String {
      let own = ranks.rank
      var sum = Formula.noise("terms\(own)", [5])
      ranks.sum(&sum)
      let all = ranks.gather(
        Tensor(repeating: Float(own), shape: [own + 1]), counts: (0..<ranks.size).map { $0 + 1 })
      return """
        \(ranks.size) \(ranks.gather([Double(own), 7])) \(sum.scalars) \(all.map(\.scalars))
        \(ranks.gather(Array(repeating: UInt8(own), count: own))) \(ranks.once { "once" })
        """
    }
    let flat = ThreadRanks.run(4) { told($0) }
    let nested = ThreadRanks.run(2) { process in
      ThreadRanks.run(2, within: process) { told($0) }
    }
    #expect(Set(flat).count == 1 && nested == [Array(flat[..<2]), Array(flat[2...])])
  }

  @Test func `what all ranks know is computed by one thread of a process`() throws {
    let calls = Atomic(0)
    let results = ThreadRanks.run(3) { ranks in
      ranks.once { calls.add(1, ordering: .relaxed).newValue }
    }
    #expect(results == [1, 1, 1])
  }

  @Test func `one rank's failure stops all, and only the first that failed says why`() throws {
    struct Failure: Error, Equatable { let rank: Int }
    let errors = ThreadRanks.run(4) { ranks in
      let own: Result<Int, Failure> =
        [1, 3].contains(ranks.rank) ? .failure(Failure(rank: ranks.rank)) : .success(0)
      do {
        _ = try ranks.agreed(own)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      errors == ["rank 1 has failed", "Failure(rank: 1)", "rank 1 has failed", "rank 1 has failed"])
  }
}

@Suite struct BatchRowsTests {
  @Test(arguments: [(7, 3), (16, 3), (4, 4), (2, 1), (6, 4)])
  func `the ranks' rows follow each other and cover the batch`(_ count: Int, _ size: Int) {
    let parts = (0..<size).map { BatchRows(of: count, rank: $0, size: size) }
    #expect(parts.flatMap(\.own) == Array(0..<count))
    #expect(parts.allSatisfy { $0.total == count })
    let sizes = parts.map(\.own.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test(arguments: [1, 2, 3])
  func `rows are gathered view by view`(_ size: Int) throws {
    let x = Formula.noise("rows", [3, 7, 5])
    let results = ThreadRanks.run(size) { ranks in
      let rows = BatchRows(of: 7, rank: ranks.rank, size: size)
      let asked = BatchRows(own: rows.own.count, ranks)
      return (rows == asked, rows.gathered(rows.own(of: x), ranks))
    }
    for (isEqual, gathered) in results { #expect(isEqual && gathered == x) }
  }

  @Test func `a rank's batch is its rows of the whole one`() throws {
    let loader = try BatchLoaderTests.loader()
    let whole = try loader.batch(epoch: 1, step: 2)
    let parts = try ThreadRanks.run(4) { try loader.sharing($0).batch(epoch: 1, step: 2) }
    #expect(parts.flatMap(\.samples) == whole.samples)
    for (rank, part) in parts.enumerated() {
      let rows = BatchRows(of: 6, rank: rank, size: 4)
      let global = whole.views.global.reshaped([2, 6, 32, 32, 3])
      let local = try #require(whole.views.local).reshaped([2, 6, 13, 13, 3])
      let own = rows.own.count
      #expect(part.views.global == rows.own(of: global).reshaped([2 * own, 32, 32, 3]))
      #expect(part.views.local == rows.own(of: local).reshaped([2 * own, 13, 13, 3]))
    }
  }

  @Test func `the branches that are left out do not depend on the ranks`() {
    func factors(_ rows: BatchRows?, _ count: Int) -> [Float]? {
      StochasticDepth.random(seed: 5, step: 7, pass: 1, rows: rows)
        .factors(block: 3, rows: 2 * count, probability: 0.5)
    }
    let whole = factors(nil, 11) ?? []
    let parts = (0..<3).map { rank in
      let rows = BatchRows(of: 11, rank: rank, size: 3)
      return factors(rows, rows.own.count) ?? []
    }
    for view in 0..<2 {
      let joined = parts.flatMap { Array($0[(view * $0.count / 2)..<((view + 1) * $0.count / 2)]) }
      #expect(joined == Array(whole[(view * 11)..<((view + 1) * 11)]))
    }
  }
}
