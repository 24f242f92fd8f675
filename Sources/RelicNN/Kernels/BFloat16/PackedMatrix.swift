internal import CKernels

/// The right operand of a product of bfloat16 numbers, in the order in which the kernel reads it.
///
/// The depth may be cut into parts of even sizes, each packed by itself.
struct PackedMatrix: Sendable {
  /// Rows of the operand.
  let depth: Int
  let columns: Int

  private let storage: Storage

  static let panel = Int(relic_right_panel)

  /// Rounds and packs `source`, of shape `[depth, columns]`, or `[columns, depth]` if transposed, on
  /// all workers.
  init(_ source: some ProductOperand, transposed: Bool = false, parts: [Range<Int>]? = nil) {
    let (first, last) = (source.shape.first ?? 1, source.shape.last ?? 1)
    (depth, columns) = transposed ? (last, first) : (first, last)
    precondition(source.shape.count == 2, "a matrix has two axes, not \(source.shape)")
    let (depth, columns) = (depth, columns)
    let count = relic_packed_count(depth, columns)
    storage = Storage(count: (count + 1) / 2)
    let parts = parts ?? [0..<depth]
    let panels = (columns + Self.panel - 1) / Self.panel
    let (matrix, packed, width) = unsafe (source.matrix, storage.halves, Self.rounded(columns))
    parallel(panels * parts.count) { task in
      let (index, panel) = task.quotientAndRemainder(dividingBy: panels)
      let (rows, column) = (parts[index], panel * Self.panel)
      let part =
        unsafe transposed
        ? matrix.from(row: column, column: rows.lowerBound)
        : matrix.from(row: rows.lowerBound, column: column)
      let target = rows.lowerBound * width + (rows.count + rows.count % 2) * column
      unsafe relic_pack_pairs(
        rows.count, min(Self.panel, columns - column), part, transposed ? 1 : 0, Self.panel,
        packed + target)
    }
    withExtendedLifetime(source) {}
  }

  private static func rounded(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }

  /// Where a part of the depth begins, from a column on that begins a panel; valid while somebody
  /// holds the matrix.
  @unsafe func start(_ part: Range<Int>, column: Int = 0) -> UnsafePointer<UInt16> {
    let even = part.count + part.count % 2
    return unsafe UnsafePointer(
      storage.halves + part.lowerBound * Self.rounded(columns) + even * column)
  }

  /// The same for the whole depth.
  @unsafe func start(column: Int = 0) -> UnsafePointer<UInt16> {
    unsafe start(0..<depth, column: column)
  }
}
