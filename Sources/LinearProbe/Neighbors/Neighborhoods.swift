internal import COpenBLAS

/// The training samples most similar to each of some queries, found once for all settings.
struct Neighborhoods {
  /// A training sample and its cosine with the query.
  struct Neighbor: Equatable {
    var similarity: Float
    var row: Int32

    /// Whether it comes before another: more similar or, if equal, earlier in the data.
    func precedes(_ other: Neighbor) -> Bool {
      similarity > other.similarity || similarity == other.similarity && row < other.row
    }
  }

  let queries: Int
  /// Neighbours kept for each query.
  let count: Int
  private var neighbors: [Neighbor]

  private static let queryBlock = 128
  private static let sampleBlock = 1024

  /// Finds the `count` nearest of `samples`, or all if there are fewer, for each of `queries`.
  init(_ queries: Features, among samples: Features, count: Int) {
    precondition(
      queries.columns == samples.columns, "\(queries.columns) features and \(samples.columns)")
    _ = BLAS.isSingleThreaded
    let count = min(count, samples.rows)
    self.queries = queries.rows
    self.count = count
    neighbors = Array(
      repeating: Neighbor(similarity: 0, row: 0), count: queries.rows * count)
    let directions = UnitRows(samples)
    let queryDirections = UnitRows(queries)
    let total = queries.rows
    unsafe neighbors.withUnsafeMutableBufferPointer { found in
      // Tasks write the neighbours of disjoint queries.
      nonisolated(unsafe) let found = unsafe found
      parallel((total + Self.queryBlock - 1) / Self.queryBlock) { task in
        let rows = (task * Self.queryBlock)..<min(total, (task + 1) * Self.queryBlock)
        let nearest = Self.search(queryDirections, rows, among: directions, count: count)
        for (index, neighbor) in nearest.joined().enumerated() {
          unsafe found[rows.lowerBound * count + index] = neighbor
        }
      }
    }
  }

  /// Returns the neighbours of one query, the nearest first.
  func nearest(_ query: Int) -> ArraySlice<Neighbor> {
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

/// The best of the neighbours offered so far, the worst of them on top.
private struct NeighborHeap {
  let capacity: Int
  private var items: [Neighborhoods.Neighbor] = []

  init(capacity: Int) {
    self.capacity = capacity
    items.reserveCapacity(capacity)
  }

  var sorted: [Neighborhoods.Neighbor] { items.sorted { $0.precedes($1) } }

  /// Offers consecutive samples, all later in the data than those offered before.
  mutating func offer(_ similarities: ArraySlice<Float>, from first: Int) {
    for (index, similarity) in similarities.enumerated() {
      let candidate = Neighborhoods.Neighbor(similarity: similarity, row: Int32(first + index))
      if items.count < capacity {
        items.append(candidate)
        rise()
      } else if similarity > items[0].similarity {
        items[0] = candidate
        sink()
      }
    }
  }

  private mutating func rise() {
    var child = items.count - 1
    while child > 0, items[(child - 1) / 2].precedes(items[child]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func sink() {
    var parent = 0
    while 2 * parent + 1 < items.count {
      var child = 2 * parent + 1
      if child + 1 < items.count, items[child].precedes(items[child + 1]) { child += 1 }
      if !items[parent].precedes(items[child]) { return }
      items.swapAt(parent, child)
      parent = child
    }
  }
}

/// Samples of length 1 in single precision; a sample of zeros stays one.
private struct UnitRows {
  let rows: Int
  let columns: Int
  private var elements: [Float]

  init(_ features: Features) {
    rows = features.rows
    columns = features.columns
    let (rows, columns) = (rows, columns)
    elements = Array(repeating: 0, count: rows * columns)
    unsafe elements.withUnsafeMutableBufferPointer { elements in
      // Tasks write disjoint rows.
      nonisolated(unsafe) let elements = unsafe elements
      let grain = 1024
      parallel((rows + grain - 1) / grain) { task in
        for row in (task * grain)..<min(rows, (task + 1) * grain) {
          let values = features.row(row)
          let length = dot(values, values).squareRoot()
          for (column, value) in values.enumerated() {
            unsafe elements[row * columns + column] = Float(length > 0 ? value / length : 0)
          }
        }
      }
    }
  }

  /// Writes the products of own rows and rows of `other`, `[own.count, others.count]`.
  func multiply(
    _ own: Range<Int>, by other: UnitRows, _ others: Range<Int>, into products: inout [Float]
  ) {
    precondition(products.count >= own.count * others.count, "no room for the products")
    unsafe elements.withUnsafeBufferPointer { a in
      unsafe other.elements.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        unsafe cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, blasint(own.count), blasint(others.count),
          blasint(columns), 1, a + own.lowerBound * columns, blasint(columns),
          b + others.lowerBound * columns, blasint(columns), 0, &products,
          blasint(others.count))
      }
    }
  }
}
