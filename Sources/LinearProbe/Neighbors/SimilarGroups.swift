/// Samples that may be copies of each other: groups that cosines of at least a threshold hold
/// together, though two of one group may be less alike (single linkage).
package struct SimilarGroups {
  /// A sample of a group.
  package struct Member: Equatable {
    package let row: Int
    /// The greatest cosine with another sample of the group.
    package let similarity: Float
  }

  /// The groups of at least two, those of the greatest cosine first; members in the data's order.
  package let groups: [[Member]]

  /// Cosines of single precision: those of two copies may be so far from 1.
  private static let rounding: Float = 1e-6

  private static let rowBlock = 128
  private static let otherBlock = 1024
  private static let blocksPerRound = 16

  /// Compares each sample with each other.
  ///
  /// Of all pairs none is kept, so that memory grows with the samples alone.
  ///
  /// - Parameters:
  ///   - samples: The samples.
  ///   - threshold: The least cosine of a pair that is taken for alike.
  ///   - progress: Told now and then the share of pairs that are compared.
  package init(
    of samples: Features, threshold: Float, progress: (Double) -> Void = { _ in }
  ) {
    let directions = UnitRows(samples)
    let rows = directions.rows
    let least = threshold - Self.rounding
    var partition = Partition(count: rows)
    var greatest = Array(repeating: -Float.infinity, count: rows)
    let blocks = (rows + Self.rowBlock - 1) / Self.rowBlock
    for first in stride(from: 0, to: blocks, by: Self.blocksPerRound) {
      let round = parallelMap(min(Self.blocksPerRound, blocks - first)) { task in
        Self.links(directions, block: first + task, least: least, in: partition)
      }
      for links in round {
        for (row, other) in links.joins { _ = partition.join(row, other) }
        for row in 0..<rows { greatest[row] = max(greatest[row], links.greatest[row]) }
      }
      let left = Double(max(0, rows - (first + round.count) * Self.rowBlock)) / Double(rows)
      progress(1 - left * left)
    }
    let members = Dictionary(
      grouping: (0..<rows).filter { greatest[$0] >= least }, by: { partition.root(of: $0) })
    groups = members.values.map { rows in
      rows.map { Member(row: $0, similarity: greatest[$0]) }
    }.sorted { left, right in
      let (a, b) = (Self.greatest(left), Self.greatest(right))
      return a > b || a == b && left[0].row < right[0].row
    }
  }

  private static func greatest(_ group: [Member]) -> Float {
    group.map(\.similarity).max() ?? 0
  }

  /// What one block of samples has in common with those after each of them.
  private struct Links {
    /// Pairs that join groups which were not one before.
    var joins: [(Int, Int)] = []
    /// The greatest cosine of each sample with one that it is alike.
    var greatest: [Float]
  }

  private static func links(
    _ samples: UnitRows, block: Int, least: Float, in partition: Partition
  ) -> Links {
    var partition = partition
    var links = Links(greatest: Array(repeating: -Float.infinity, count: samples.rows))
    let start = block * rowBlock
    let rows = start..<min(samples.rows, start + rowBlock)
    var similarities = Array(repeating: Float(0), count: rows.count * otherBlock)
    for first in stride(from: start, to: samples.rows, by: otherBlock) {
      let width = min(otherBlock, samples.rows - first)
      samples.multiply(rows, by: samples, first..<(first + width), into: &similarities)
      for row in rows {
        let offset = (row - start) * width - first
        for other in max(first, row + 1)..<max(first + width, row + 1) {
          let similarity = similarities[offset + other]
          guard similarity >= least else { continue }
          if partition.join(row, other) { links.joins.append((row, other)) }
          links.greatest[row] = max(links.greatest[row], similarity)
          links.greatest[other] = max(links.greatest[other], similarity)
        }
      }
    }
    return links
  }
}

/// Numbers in groups that can be joined (union-find); a group is called by its least number.
private struct Partition {
  private var parents: [Int32]

  init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

  /// Returns the least number of a group.
  mutating func root(of number: Int) -> Int {
    var number = number
    while Int(parents[number]) != number {
      parents[number] = parents[Int(parents[number])]
      number = Int(parents[number])
    }
    return number
  }

  /// Makes two groups one, and says whether they were two.
  mutating func join(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (root(of: left), root(of: right))
    guard a != b else { return false }
    parents[max(a, b)] = Int32(min(a, b))
    return true
  }
}
