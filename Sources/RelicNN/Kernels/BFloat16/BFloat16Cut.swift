/// How a product of bfloat16 numbers is cut into tasks: as `ProductCut` does it, but at the borders of
/// the kernel's blocks of rows, panels of columns and pairs of the depth.
struct BFloat16Cut {
  let depths: [Range<Int>]
  private let rows: [Range<Int>]
  private let columns: [Range<Int>]

  var tasks: Int { rows.count * columns.count * depths.count }

  init(m: Int, n: Int, k: Int, cutsDepth: Bool = true) {
    let cut = ProductCut(m: m, n: n, k: k, cutsDepth: cutsDepth)
    rows = Self.ranges(m, parts: cut.rows, unit: 24)
    columns = Self.ranges(n, parts: cut.columns, unit: PackedMatrix.panel)
    depths = Self.ranges(k, parts: cut.depth, unit: 2)
  }

  /// The rows and columns of a task, and which part of the depth.
  func part(_ task: Int) -> (rows: Range<Int>, columns: Range<Int>, depth: Int) {
    (
      rows[task / columns.count % rows.count], columns[task % columns.count],
      task / (columns.count * rows.count)
    )
  }

  /// Ranges of nearly equal size that together cover `0..<count`, each but the last a multiple of
  /// `unit`, none empty.
  private static func ranges(_ count: Int, parts: Int, unit: Int) -> [Range<Int>] {
    let units = (count + unit - 1) / unit
    let parts = max(1, min(parts, units))
    return (0..<parts).map { index in
      (index * units / parts * unit)..<min(count, (index + 1) * units / parts * unit)
    }
  }
}
