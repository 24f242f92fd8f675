internal import CKernels
internal import COpenBLAS

/// A row-major matrix in memory that somebody else keeps alive.
@unsafe struct MatrixView {
  let start: UnsafePointer<Float>
  /// Elements from one row to the next.
  let stride: Int
  var transposed = false

  /// The part from a row and a column on, both counted after transposition.
  func from(row: Int, column: Int) -> MatrixView {
    let offset = unsafe transposed ? column * stride + row : row * stride + column
    return unsafe MatrixView(start: start + offset, stride: stride, transposed: transposed)
  }
}

/// Computes `c = a · b`, or `c += a · b` if `adding`, on the calling thread.
///
/// - Parameters:
///   - m: Rows of `a` and `c`, after transposition.
///   - n: Columns of `b` and `c`, after transposition.
///   - k: Columns of `a` and rows of `b`, after transposition.
///   - a: The left matrix.
///   - b: The right matrix.
///   - adding: Whether the product is added to what `c` holds.
///   - c: The first element of the product.
///   - cStride: Elements from one row of `c` to the next.
@unsafe func multiply(
  m: Int, n: Int, k: Int, _ a: MatrixView, _ b: MatrixView, adding: Bool,
  into c: UnsafeMutablePointer<Float>, cStride: Int
) {
  if UnpackedProduct.isFaster && m * n * k > UnpackedProduct.limit {
    unsafe UnpackedProduct.multiply(
      m: m, n: n, k: k, a, b, adding: adding, into: c, cStride: cStride)
  } else {
    unsafe sgemm(m: m, n: n, k: k, a, b, adding: adding, into: c, cStride: cStride)
  }
}

/// The same in one call of the BLAS.
@unsafe func sgemm(
  m: Int, n: Int, k: Int, _ a: MatrixView, _ b: MatrixView, adding: Bool,
  into c: UnsafeMutablePointer<Float>, cStride: Int
) {
  _ = BLAS.isSingleThreaded
  unsafe cblas_sgemm(
    CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
    b.transposed ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a.start,
    blasint(a.stride), b.start, blasint(b.stride), adding ? 1 : 0, c, blasint(cStride))
}

/// Returns `op(a) · op(b)` for row-major matrices, computed on all workers.
///
/// - Parameters:
///   - a: A tensor of shape `[m, k]`, or `[k, m]` if `transposingA`.
///   - b: A tensor of shape `[k, n]`, or `[n, k]` if `transposingB`.
///   - transposingA: Whether `op(a)` is `aᵀ`.
///   - transposingB: Whether `op(b)` is `bᵀ`.
/// - Returns: A tensor of shape `[m, n]`.
public func matmul(
  _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false
) -> Tensor {
  precondition(a.shape.count == 2 && b.shape.count == 2, "matmul takes matrices")
  let (m, k) = transposingA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (inner, n) = transposingB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(k == inner, "cannot multiply \(a.shape) by \(b.shape)")
  var product = Tensor(uninitialized: [m, n])
  let cut = ProductCut(m: m, n: n, k: k, cutsDepth: true)
  let partial = Storage(count: (cut.depth - 1) * m * n)
  unsafe RowPass.whole.withPointers(writing: &product, reading: a, b) { _, c, a, b in
    parallel(cut.tasks) { task in
      let part = cut.part(task, m: m, n: n, k: k)
      let (row, column, first) = (
        part.rows.lowerBound, part.columns.lowerBound, part.depth.lowerBound
      )
      let left = unsafe MatrixView(
        start: a, stride: transposingA ? m : k, transposed: transposingA
      ).from(row: row, column: first)
      let right = unsafe MatrixView(
        start: b, stride: transposingB ? k : n, transposed: transposingB
      ).from(row: first, column: column)
      let index = task / (cut.rows * cut.columns)
      let target = unsafe index == 0 ? c : partial.pointer + (index - 1) * m * n
      unsafe multiply(
        m: part.rows.count, n: part.columns.count, k: part.depth.count, left, right,
        adding: false, into: target + row * n + column, cStride: n)
    }
    parallelRows(cut.depth > 1 ? m * n : 0, grain: Tensor.grain / 4) { range in
      let start = range.lowerBound
      for index in 0..<(cut.depth - 1) {
        unsafe relic_add_scaled(
          range.count, 1, partial.pointer + index * m * n + start, c + start)
      }
    }
  }
  withExtendedLifetime(partial) {}
  return product
}
