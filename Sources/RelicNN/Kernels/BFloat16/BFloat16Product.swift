internal import CKernels

/// Products of matrices rounded to bfloat16, with sums in single precision.
///
/// What they sum and in which order depends on the sizes alone: neither on the number of workers nor,
/// in a sum, on the rows and columns computed beside it.
package enum BFloat16Product {
  /// Whether this processor has instructions for them that are faster than those of floats.
  package static let isFast = relic_has_fast_bfloat16() != 0

  /// Returns `op(a) · op(b)`, computed on all workers.
  ///
  /// - Parameters:
  ///   - a: `[m, k]`, or `[k, m]` if `transposingA`.
  ///   - b: `[k, n]`, or `[n, k]` if `transposingB`.
  ///   - transposingA: Whether `op(a)` is `aᵀ`.
  ///   - transposingB: Whether `op(b)` is `bᵀ`.
  /// - Returns: A tensor of shape `[m, n]`.
  static func multiply(
    _ a: some ProductOperand, _ b: some ProductOperand, transposingA: Bool = false,
    transposingB: Bool = false
  ) -> Tensor {
    precondition(a.shape.count == 2 && b.shape.count == 2, "a product takes matrices")
    let (m, k) = transposingA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (inner, n) = transposingB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    precondition(k == inner, "cannot multiply \(a.shape) by \(b.shape)")
    let cut = BFloat16Cut(m: m, n: n, k: k)
    let right = PackedMatrix(b, transposed: transposingB, parts: cut.depths)
    var product = Tensor(uninitialized: [m, n])
    let partial = Storage(count: (cut.depths.count - 1) * m * n)
    unsafe RowPass.whole.withPointers(writing: &product) { _, c in
      parallel(cut.tasks) { task in
        let part = cut.part(task)
        let index = part.depth
        let target = unsafe index == 0 ? c : partial.pointer + (index - 1) * m * n
        let sums = unsafe relic_sums(
          floats: target + part.rows.lowerBound * n + part.columns.lowerBound, stride: n)
        unsafe multiply(
          LeftRows(a, transposed: transposingA, rows: part.rows, depth: cut.depths[index]),
          right.start(cut.depths[index], column: part.columns.lowerBound),
          columns: part.columns.count, sums)
      }
      parallelRows(cut.depths.count > 1 ? m * n : 0, grain: Tensor.grain / 4) { range in
        for index in 0..<(cut.depths.count - 1) {
          unsafe relic_add_scaled(
            range.count, 1, partial.pointer + index * m * n + range.lowerBound,
            c + range.lowerBound)
        }
      }
    }
    withExtendedLifetime((a, partial, right)) {}
    return product
  }

  /// Multiplies rows of the left operand, those that have to be packed a few at a time.
  private static func multiply(
    _ left: LeftRows, _ right: UnsafePointer<UInt16>, columns: Int, _ sums: relic_sums
  ) {
    let depth = left.depth.count
    if let start = unsafe left.packedStart {
      return unsafe relic_multiply(
        left.rows.count, columns, depth, relic_left(start: start, stride: left.matrix.stride),
        right, sums)
    }
    let step = left.slab
    let scratch = Storage(count: relic_packed_count(depth, min(step, left.rows.count)) / 2 + 1)
    for first in stride(from: left.rows.lowerBound, to: left.rows.upperBound, by: step) {
      let rows = first..<min(first + step, left.rows.upperBound)
      let packed = unsafe left.pack(rows, into: scratch.halves)
      unsafe relic_multiply(
        rows.count, columns, depth, packed, right,
        sums.from(row: first - left.rows.lowerBound, column: 0))
    }
    withExtendedLifetime(scratch) {}
  }
}
