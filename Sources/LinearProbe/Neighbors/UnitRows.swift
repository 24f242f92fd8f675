internal import COpenBLAS

/// Samples of length 1 in single precision; a sample of zeros stays one.
struct UnitRows {
  let rows: Int
  let columns: Int
  private var elements: [Float]

  /// Takes all samples.
  init(_ features: Features) { self.init(features, 0..<features.rows) }

  /// Takes the samples in `range`.
  init(_ features: Features, _ range: Range<Int>) {
    rows = range.count
    columns = features.columns
    let columns = columns
    _ = BLAS.isSingleThreaded
    elements = unsafe Array(unsafeUninitializedCapacity: rows * columns) { elements, count in
      // Ranges are disjoint, and so are the rows written.
      nonisolated(unsafe) let elements = unsafe elements
      parallelRows(range.count, grain: 256) { rows in
        unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: columns) { sample in
          guard let values = sample.baseAddress else { return }
          for row in rows {
            unsafe features.copy([Int32(range.lowerBound + row)], to: values)
            let squares = unsafe cblas_ddot(blasint(columns), values, 1, values, 1)
            let length =
              squares.isNormal ? squares.squareRoot() : LinearProbe.length(of: unsafe Array(sample))
            let start = row * columns
            for column in 0..<columns {
              unsafe elements[start + column] = Float(length > 0 ? values[column] / length : 0)
            }
          }
        }
      }
      count = range.count * columns
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
