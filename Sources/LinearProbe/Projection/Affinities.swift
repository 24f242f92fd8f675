internal import COpenBLAS
internal import Foundation

/// How close samples are to each other: a probability for each pair of neighbours.
///
/// p(j | i) is a Gaussian around sample i over its nearest neighbours, as wide as makes their
/// perplexity the one asked for; p(i, j) is (p(j | i) + p(i | j)) / 2n. Van der Maaten & Hinton 2008,
/// eq. 1; over neighbours alone as in van der Maaten 2014, eq. 6.
struct Affinities: Equatable {
  /// The samples.
  let count: Int
  /// Where each sample's neighbours begin; one more than samples.
  private(set) var starts = [0]
  /// The neighbours of all samples, ascending for each.
  private(set) var neighbors: [Int32] = []
  /// The probability of each pair; the sum over all is 1.
  private(set) var values: [Double] = []

  /// Compares samples, at least two, `[samples, features]`.
  ///
  /// Single precision must hold the squares of their distances.
  init(_ samples: Matrix, perplexity: Double) {
    precondition(samples.rows > 1, "\(samples.rows) samples have no neighbours")
    count = samples.rows
    let nearest = min(samples.rows - 1, Int(3 * perplexity) + 1)
    let found = Self.nearest(nearest, of: samples)
    let conditional = found.map { Self.probabilities($0.map(\.distance), perplexity: perplexity) }
    var rows = Array(repeating: [Int32: Double](), count: count)
    let scale = 1 / (2 * Double(count))
    for (own, probabilities) in conditional.enumerated() {
      for (neighbor, probability) in zip(found[own], probabilities) {
        rows[own][neighbor.row, default: 0] += probability * scale
        rows[Int(neighbor.row)][Int32(own), default: 0] += probability * scale
      }
    }
    for row in rows {
      for neighbor in row.keys.sorted() {
        neighbors.append(neighbor)
        values.append(row[neighbor] ?? 0)
      }
      starts.append(neighbors.count)
    }
  }

  /// Another sample and the square of the distance to it.
  private struct Neighbor {
    let row: Int32
    let distance: Double
  }

  private static let block = 64

  /// Returns the nearest other samples of each.
  private static func nearest(_ count: Int, of samples: Matrix) -> [[Neighbor]] {
    let (rows, columns) = (samples.rows, samples.columns)
    let squares = (0..<rows).map { row in samples.row(row).reduce(0) { $0 + $1 * $1 } }
    let blocks = parallelMap((rows + block - 1) / block) { task in
      let range = (task * block)..<min(rows, (task + 1) * block)
      let own = Array(samples.elements[(range.lowerBound * columns)..<(range.upperBound * columns)])
      var products = Array(repeating: 0.0, count: range.count * rows)
      _ = BLAS.isSingleThreaded
      unsafe cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(range.count), blasint(rows),
        blasint(columns), 1, own, blasint(columns), samples.elements, blasint(columns), 0,
        &products, blasint(rows))
      return range.map { row in
        let offset = (row - range.lowerBound) * rows
        var likeness = (0..<rows).map { other in
          Float(-max(0, squares[row] + squares[other] - 2 * products[offset + other]))
        }
        likeness[row] = -.infinity
        var heap = NearestSelection(capacity: count)
        heap.offer(likeness[...], from: 0)
        return heap.sorted.map { found in
          let other = Int(found.row)
          return Neighbor(
            row: found.row,
            distance: max(0, squares[row] + squares[other] - 2 * products[offset + other]))
        }
      }
    }
    return blocks.flatMap(\.self)
  }

  /// Returns p(j | i) of neighbours.
  ///
  /// - Parameters:
  ///   - distances: The squared distances of the neighbours.
  ///   - perplexity: The exponential of the probabilities' entropy.
  /// - Returns: A probability for each; equally near ones share all where they are more than that.
  static func probabilities(_ distances: [Double], perplexity: Double) -> [Double] {
    let smallest = distances.min() ?? 0
    let wanted = log(min(perplexity, Double(max(distances.count, 1))))
    func weights(_ precision: Double) -> [Double] {
      let weights = distances.map { exp(-($0 - smallest) * precision) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total }
    }
    func entropy(_ weights: [Double]) -> Double {
      weights.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    }
    let mean = distances.reduce(0) { $0 + ($1 - smallest) } / Double(max(distances.count, 1))
    guard mean > 0 else { return weights(0) }
    // The entropy falls as the precision rises.
    var (low, high) = (0.0, 1 / mean)
    while entropy(weights(high)) > wanted, high < 1e12 / mean {
      low = high
      high *= 2
    }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if entropy(weights(middle)) > wanted { low = middle } else { high = middle }
    }
    return weights((low + high) / 2)
  }
}
