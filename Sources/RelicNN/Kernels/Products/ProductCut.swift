/// How a matrix product `[m, k] · [k, n]` is cut into tasks: along its rows, its columns and its
/// depth, into parts of nearly equal size.
///
/// The cut depends on the sizes alone, never on the number of workers.
struct ProductCut {
  let rows: Int
  let columns: Int
  /// Parts of the depth, each with a partial sum of its own.
  let depth: Int

  var tasks: Int { rows * columns * depth }

  /// The fewest tasks of a product worth sharing: a multiple of the usual numbers of workers.
  private static let few = 8

  /// Multiplications below which a task costs more than it saves.
  private static let least = 500_000

  /// Chooses the cut that copies least: operands are packed once for every part that reads them,
  /// and each partial sum is written and added.
  ///
  /// - Parameters:
  ///   - m: Rows of the product.
  ///   - n: Columns of the product.
  ///   - k: Depth of the product.
  ///   - longest: The most rows of a task.
  ///   - cutsDepth: Whether the depth may be cut.
  init(m: Int, n: Int, k: Int, longest: Int = .max, cutsDepth: Bool = false) {
    let shortest = m <= longest ? 1 : (m + longest - 1) / longest
    let wanted = min(Self.few, max(1, m * n * k / Self.least))
    var best = (rows: shortest, columns: 1, depth: 1)
    var cost = Int.max
    for depthExponent in 0...(cutsDepth ? 3 : 0) {
      for columnExponent in 0...3 {
        let (depth, columns) = (1 << depthExponent, 1 << columnExponent)
        guard k / depth >= 64 || depth == 1, n / columns >= 64 || columns == 1 else { continue }
        let shared = depth * columns
        var rows = max((wanted + shared - 1) / shared, shortest)
        if rows > Self.few && rows < 4 * Self.few { rows = (rows + 3) / 4 * 4 }
        // Rows that fill the product's blocks badly cost more than they share.
        guard m / rows >= 32 || rows == shortest else { continue }
        let packed = k * (m * columns + n * rows) + (depth > 1 ? 3 * depth * m * n : 0)
        let idle = rows * shared < wanted ? m * n * k / 16 : 0
        if packed + idle < cost {
          (cost, best) = (packed + idle, (rows, columns, depth))
        }
      }
    }
    (rows, columns, depth) = best
  }

  /// The rows, columns and depth of a task.
  func part(
    _ task: Int, m: Int, n: Int, k: Int
  ) -> (rows: Range<Int>, columns: Range<Int>, depth: Range<Int>) {
    func range(_ index: Int, of parts: Int, _ count: Int) -> Range<Int> {
      (index * count / parts)..<((index + 1) * count / parts)
    }
    return (
      range(task / columns % rows, of: rows, m), range(task % columns, of: columns, n),
      range(task / (columns * rows), of: depth, k)
    )
  }
}
