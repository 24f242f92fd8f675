internal import CKernels

/// Rows of the left operand of a product of bfloat16 numbers, over a part of the depth.
@safe struct LeftRows {
  let matrix: relic_matrix
  let transposed: Bool
  let rows: Range<Int>
  let depth: Range<Int>

  /// Somebody must hold the operand meanwhile.
  init(_ operand: some ProductOperand, transposed: Bool, rows: Range<Int>, depth: Range<Int>) {
    unsafe matrix = operand.matrix
    self.transposed = transposed
    self.rows = rows
    self.depth = depth
  }

  /// Where the rows begin, if the kernel can read them as they lie.
  var packedStart: UnsafePointer<UInt16>? {
    guard let rounded = unsafe matrix.rounded, !transposed, depth.count % 2 == 0
    else { return nil }
    return unsafe rounded + rows.lowerBound * matrix.stride + depth.lowerBound
  }

  /// Rows to pack at a time, which stay in the cache.
  var slab: Int {
    let wanted = 98_304 / max(depth.count, 1)
    return transposed ? max(wanted / 48 * 48, 48) : max(wanted / 24 * 24, 96)
  }

  /// Rounds and packs some of the rows.
  func pack(_ rows: Range<Int>, into packed: UnsafeMutablePointer<UInt16>) -> relic_left {
    let (first, start) = (rows.lowerBound, depth.lowerBound)
    let even = depth.count + depth.count % 2
    if transposed {
      unsafe relic_pack_pairs(
        depth.count, rows.count, matrix.from(row: start, column: first), 0,
        Int(relic_left_panel), packed)
      return unsafe relic_left(start: packed, stride: 0)
    }
    unsafe relic_pack_rows(rows.count, depth.count, matrix.from(row: first, column: start), packed)
    return unsafe relic_left(start: packed, stride: even)
  }
}
