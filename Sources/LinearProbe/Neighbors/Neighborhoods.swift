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

  let queries: Int
  /// Neighbours kept for each query.
  let count: Int
  private let neighbors: [Neighbor]

  private static let queryBlock = 128
  private static let sampleBlock = 1024

  /// Finds the `count` nearest of `samples`, or all if there are fewer, for each of `queries`.
  package init(_ queries: Features, among samples: Features, count: Int) {
    precondition(
      queries.columns == samples.columns, "\(queries.columns) features and \(samples.columns)")
    let count = min(count, samples.rows)
    self.queries = queries.rows
    self.count = count
    let directions = UnitRows(samples)
    let queryDirections = UnitRows(queries)
    let total = queries.rows
    let blocks = parallelMap((total + Self.queryBlock - 1) / Self.queryBlock) { task in
      let rows = (task * Self.queryBlock)..<min(total, (task + 1) * Self.queryBlock)
      return Self.search(queryDirections, rows, among: directions, count: count)
    }
    neighbors = blocks.flatMap { $0.joined() }
  }

  /// Returns the neighbours of one query, the nearest first.
  package func nearest(_ query: Int) -> ArraySlice<Neighbor> {
    neighbors[(query * count)..<((query + 1) * count)]
  }

  private static func search(
    _ queries: UnitRows, _ rows: Range<Int>, among samples: UnitRows, count: Int
  ) -> [[Neighbor]] {
    var heaps = rows.map { _ in NeighborHeap(capacity: count) }
    var similarities = Array(repeating: Float(0), count: rows.count * sampleBlock)
    for first in stride(from: 0, to: samples.rows, by: sampleBlock) {
      let width = min(sampleBlock, samples.rows - first)
      queries.multiply(rows, by: samples, first..<(first + width), into: &similarities)
      for query in rows.indices {
        let offset = (query - rows.lowerBound) * width
        heaps[query - rows.lowerBound].offer(similarities[offset..<(offset + width)], from: first)
      }
    }
    return heaps.map(\.sorted)
  }
}
