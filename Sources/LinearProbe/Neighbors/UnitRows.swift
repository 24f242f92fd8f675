internal import COpenBLAS

/// Samples of length 1 in single precision; a sample of zeros stays one.
struct UnitRows {
  let rows: Int
  let columns: Int
  private var elements: [Float]

  init(_ features: Features) {
    rows = features.rows
    columns = features.columns
    let (rows, columns) = (rows, columns)
    elements = Array(repeating: 0, count: rows * columns)
    unsafe elements.withUnsafeMutableBufferPointer { elements in
      // Ranges are disjoint, and so are the rows written.
      nonisolated(unsafe) let elements = unsafe elements
      parallelRows(rows, grain: 1024) { range in
        for row in range {
          let values = features.row(row)
          let length = length(of: values)
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
    _ = BLAS.isSingleThreaded
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
