/// The samples of several groups, cut into parts that are summed up each on its own: as many whatever
/// workers and ranks there are.
struct RowParts {
  /// Some samples of a group.
  struct Part {
    let group: Int
    /// Positions in the group.
    let rows: Range<Int>
  }

  let all: [Part]

  /// Cuts the groups in proportion to their sizes.
  ///
  /// - Parameters:
  ///   - sizes: The samples of each group, none for those that need no part.
  ///   - most: The most parts, but for one at least of each group.
  ///   - fewest: Samples that are worth a part.
  init(of sizes: [Int], most: Int, ofAtLeast fewest: Int) {
    let total = sizes.reduce(0, +)
    // A power of two, so that ranks have whole nodes of the tree by which sums are joined.
    var count = 1
    while 2 * count <= min(most, total / fewest) { count *= 2 }
    all = sizes.enumerated().flatMap { group, size in
      let own = min(size, max(1, count * size / max(total, 1)))
      return (0..<own).map {
        Part(group: group, rows: ($0 * size / own)..<(($0 + 1) * size / own))
      }
    }
  }
}
