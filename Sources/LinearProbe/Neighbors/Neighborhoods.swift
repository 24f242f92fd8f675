/// The training samples most similar to each of some queries, found once for all settings.
///
/// Memory holds what is found, some thousand queries and a part of the samples, however many there
/// are of both.
package struct Neighborhoods {
  /// A training sample and its cosine with the query.
  package struct Neighbor: Equatable {
    package var similarity: Float
    package var row: Int32
  }

  package let queries: Int
  /// Neighbours kept for each query.
  package let count: Int
  private let neighbors: [Neighbor]

  /// Queries that go through all samples together.
  private static let roundQueries = 8192
  /// Those of them that one task takes: a query's cosines are rounded by its place among these.
  static let taskQueries = 256
  /// Samples that one task multiplies at a time.
  private static let blockSamples = 1024

  /// Finds the `count` nearest of `samples`, or all if there are fewer, for each of `queries`.
  ///
  /// `progress` is told now and then how many queries are answered.
  package init(
    _ queries: Features, among samples: Features, count: Int, progress: (Int) -> Void = { _ in }
  ) {
    precondition(
      queries.columns == samples.columns, "\(queries.columns) features and \(samples.columns)")
    self.init(
      queries, among: samples, except: nil, count: min(count, samples.rows), progress: progress)
  }

  /// Finds the `count` nearest of the other samples, or all of them if there are fewer, for each of
  /// the samples in `rows`.
  package init(
    of rows: [Int], within samples: Features, count: Int, progress: (Int) -> Void = { _ in }
  ) {
    let isAll = rows.elementsEqual(0..<samples.rows)
    self.init(
      isAll ? samples : samples.samples(rows), among: samples, except: rows,
      count: min(count, max(samples.rows - 1, 0)), progress: progress)
  }

  /// `except` names for each query the sample that is no neighbour of it, if there is one.
  private init(
    _ queries: Features, among samples: Features, except: [Int]?, count: Int,
    progress: (Int) -> Void
  ) {
    self.queries = queries.rows
    self.count = count
    var neighbors: [Neighbor] = []
    neighbors.reserveCapacity(queries.rows * count)
    for first in stride(from: 0, to: queries.rows, by: Self.roundQueries) {
      let rows = first..<min(queries.rows, first + Self.roundQueries)
      let found = Self.search(
        UnitRows(queries, rows), among: samples, count: count + (except == nil ? 0 : 1))
      for (query, nearest) in zip(rows, found) {
        let others = except.map { except in nearest.filter { Int($0.row) != except[query] } }
        neighbors += (others ?? nearest).prefix(count)
      }
      progress(rows.upperBound)
    }
    self.neighbors = neighbors
  }

  /// Returns the neighbours of one query, the nearest first.
  package func nearest(_ query: Int) -> ArraySlice<Neighbor> {
    neighbors[(query * count)..<((query + 1) * count)]
  }

  private static func search(
    _ queries: UnitRows, among samples: Features, count: Int
  ) -> [[Neighbor]] {
    let tasks = (queries.rows + taskQueries - 1) / taskQueries
    var selections = (0..<tasks).map { task in
      Array(
        repeating: NearestSelection(capacity: count),
        count: min(taskQueries, queries.rows - task * taskQueries))
    }
    // As many samples as lie in 16 MiB: they are scaled once for all queries of the round.
    let part = max(blockSamples, (4 << 20) / max(samples.columns, 1) / blockSamples * blockSamples)
    for first in stride(from: 0, to: samples.rows, by: part) {
      let unit = UnitRows(samples, first..<min(samples.rows, first + part))
      selections = parallelMap(tasks) { task in
        var own = selections[task]
        offer(unit, from: first, to: &own, queries, from: task * taskQueries)
        return own
      }
    }
    return parallelMap(tasks) { task in selections[task].map(\.sorted) }.flatMap(\.self)
  }

  /// Offers samples, the first of which is `row`, to the queries from `query` on.
  private static func offer(
    _ samples: UnitRows, from row: Int, to selections: inout [NearestSelection],
    _ queries: UnitRows, from query: Int
  ) {
    var similarities = Array(repeating: Float(0), count: selections.count * blockSamples)
    for start in stride(from: 0, to: samples.rows, by: blockSamples) {
      let width = min(blockSamples, samples.rows - start)
      queries.multiply(
        query..<(query + selections.count), by: samples, start..<(start + width),
        into: &similarities)
      for index in selections.indices {
        selections[index].offer(
          similarities[(index * width)..<((index + 1) * width)], from: row + start)
      }
    }
  }
}
