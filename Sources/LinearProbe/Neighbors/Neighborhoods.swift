/// The training samples most similar to each of some queries, found once for all settings.
package struct Neighborhoods {
  /// A training sample and its cosine with the query.
  package struct Neighbor: Equatable {
    package var similarity: Float
    package var row: Int32

    /// Whether it comes before another: more similar or, if equal, earlier in the data.
    func precedes(_ other: Neighbor) -> Bool {
      similarity > other.similarity || similarity == other.similarity && row < other.row
    }
  }

  package let queries: Int
  /// Neighbours kept for each query.
  package let count: Int
  private let neighbors: [Neighbor]

  private static let queryBlock = 128
  private static let sampleBlock = 1024
  /// Blocks of queries between two calls of `progress`.
  private static let blocksPerRound = 16

  /// Finds the `count` nearest of `samples`, or all if there are fewer, for each of `queries`.
  ///
  /// `progress` is told now and then how many queries are answered.
  package init(
    _ queries: Features, among samples: Features, count: Int, progress: (Int) -> Void = { _ in }
  ) {
    precondition(
      queries.columns == samples.columns, "\(queries.columns) features and \(samples.columns)")
    self.init(
      UnitRows(queries), among: UnitRows(samples), except: nil, count: min(count, samples.rows),
      progress)
  }

  /// Finds the `count` nearest of the other samples, or all of them if there are fewer, for each of
  /// the samples in `rows`.
  package init(
    of rows: [Int], within samples: Features, count: Int, progress: (Int) -> Void = { _ in }
  ) {
    let directions = UnitRows(samples)
    let isAll = rows.elementsEqual(0..<samples.rows)
    self.init(
      isAll ? directions : UnitRows(samples.samples(rows)), among: directions, except: rows,
      count: min(count, max(samples.rows - 1, 0)), progress)
  }

  /// `except` names for each query the sample that is no neighbour of it, if there is one.
  private init(
    _ queries: UnitRows, among samples: UnitRows, except: [Int]?, count: Int,
    _ progress: (Int) -> Void
  ) {
    self.queries = queries.rows
    self.count = count
    let total = queries.rows
    let blocks = (total + Self.queryBlock - 1) / Self.queryBlock
    var neighbors: [Neighbor] = []
    neighbors.reserveCapacity(total * count)
    for first in stride(from: 0, to: blocks, by: Self.blocksPerRound) {
      let round = parallelMap(min(Self.blocksPerRound, blocks - first)) { task in
        let start = (first + task) * Self.queryBlock
        return Self.search(
          queries, start..<min(total, start + Self.queryBlock), among: samples, except: except,
          count: count)
      }
      for block in round { neighbors += block.joined() }
      progress(min(total, (first + round.count) * Self.queryBlock))
    }
    self.neighbors = neighbors
  }

  /// Returns the neighbours of one query, the nearest first.
  package func nearest(_ query: Int) -> ArraySlice<Neighbor> {
    neighbors[(query * count)..<((query + 1) * count)]
  }

  private static func search(
    _ queries: UnitRows, _ rows: Range<Int>, among samples: UnitRows, except: [Int]?, count: Int
  ) -> [[Neighbor]] {
    var heaps = rows.map { _ in NeighborHeap(capacity: count + (except == nil ? 0 : 1)) }
    var similarities = Array(repeating: Float(0), count: rows.count * sampleBlock)
    for first in stride(from: 0, to: samples.rows, by: sampleBlock) {
      let width = min(sampleBlock, samples.rows - first)
      queries.multiply(rows, by: samples, first..<(first + width), into: &similarities)
      for query in rows.indices {
        let offset = (query - rows.lowerBound) * width
        heaps[query - rows.lowerBound].offer(similarities[offset..<(offset + width)], from: first)
      }
    }
    guard let except else { return heaps.map(\.sorted) }
    return zip(rows, heaps).map { query, heap in
      Array(heap.sorted.filter { Int($0.row) != except[query] }.prefix(count))
    }
  }
}
