internal import COpenBLAS

/// The directions along which samples vary most, as orthogonal unit vectors.
///
/// Equal to `sklearn.decomposition.PCA`: eigenvectors of the covariance, found by LAPACK's `dsyevr`,
/// each with the sign that makes its largest coordinate positive.
public struct PrincipalComponents: Equatable, Sendable {
  /// The mean of each feature.
  public let means: [Double]
  /// A direction in each row, the one of the largest variance first, `[components, features]`.
  public let directions: Matrix
  /// The variance of the samples along each direction, by n - 1.
  public let variances: [Double]
  /// The sum of all features' variances.
  public let totalVariance: Double

  /// Finds the first directions of samples.
  ///
  /// - Parameters:
  ///   - features: The samples, at least two.
  ///   - count: How many directions are wanted; there are no more than samples or features.
  /// - Throws: If there are fewer than two samples or no features, or numbers that are not finite or
  ///   whose differences are not.
  public init(_ features: Features, count: Int) throws(FitError) {
    guard features.rows > 1 else { throw .noSamples }
    guard features.columns > 0 else { throw .noFeatures }
    if let (row, column) = features.firstNonFinite {
      throw .notFinite(samples: "given", row: row, column: column)
    }
    precondition(count > 0, "\(count) components")
    let means = Self.means(of: features)
    var centred = Self.centred(features, means)
    if let index = centred.firstIndex(where: { !$0.isFinite }) {
      throw .scalingOverflows(
        samples: "given", row: index / features.columns, column: index % features.columns)
    }
    // Squares of large numbers would overflow.
    let scale = max(largestMagnitude(centred), .leastNormalMagnitude)
    for index in centred.indices { centred[index] /= scale }
    let covariance = Self.covariance(of: centred, columns: features.columns)
    let kept = min(count, features.rows, features.columns)
    let (values, vectors) = Self.eigenvectors(of: covariance, columns: features.columns, kept)
    self.means = means
    variances = values.map { max($0, 0) * scale * scale }
    totalVariance =
      (0..<features.columns).reduce(0) { $0 + covariance[$1 * (features.columns + 1)] } * scale
      * scale
    directions = vectors
  }

  /// Returns where samples lie along each direction, `[samples, components]`.
  public func callAsFunction(_ features: Features) -> Matrix {
    precondition(
      features.columns == means.count, "\(features.columns) features, not \(means.count)")
    let centred = Self.centred(features, means)
    var result = Matrix(rows: features.rows, columns: directions.rows)
    let (rows, columns, count) = (
      blasint(features.rows), blasint(features.columns), blasint(directions.rows)
    )
    guard rows > 0 else { return result }
    _ = BLAS.isSingleThreaded
    unsafe cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, rows, count, columns, 1, centred, columns,
      directions.elements, columns, 0, &result.elements, count)
    return result
  }

  /// Returns each feature's mean: of a constant one exactly that.
  private static func means(of features: Features) -> [Double] {
    let first = features.row(0)
    var apart = Array(repeating: 0.0, count: features.columns)
    for row in 0..<features.rows {
      for (column, value) in features.row(row).enumerated() {
        apart[column] += (value - first[column]) / Double(features.rows)
      }
    }
    return zip(first, apart).map { $0 + $1 }
  }

  private static func centred(_ features: Features, _ means: [Double]) -> [Double] {
    var elements: [Double] = []
    elements.reserveCapacity(features.rows * features.columns)
    for row in 0..<features.rows {
      for (value, mean) in zip(features.row(row), means) { elements.append(value - mean) }
    }
    return elements
  }

  /// Returns the covariance by n - 1, `[columns, columns]`, of which the upper half is written.
  private static func covariance(of centred: [Double], columns: Int) -> [Double] {
    let rows = centred.count / columns
    var covariance = Array(repeating: 0.0, count: columns * columns)
    _ = BLAS.isSingleThreaded
    unsafe cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, blasint(columns), blasint(rows),
      1 / Double(rows - 1), centred, blasint(columns), 0, &covariance, blasint(columns))
    return covariance
  }

  /// Returns the largest eigenvalues, descending, and their vectors, one in each row.
  private static func eigenvectors(
    of covariance: [Double], columns: Int, _ count: Int
  ) -> (values: [Double], vectors: Matrix) {
    var matrix = covariance
    var found: relic_lapack_int = 0
    var values = Array(repeating: 0.0, count: columns)
    var vectors = Array(repeating: 0.0, count: columns * count)
    var support = Array(repeating: relic_lapack_int(0), count: 2 * count)
    let size = relic_lapack_int(columns)
    _ = BLAS.isSingleThreaded
    let status = unsafe LAPACKE_dsyevr(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "I")),
      CChar(UInt8(ascii: "U")), size, &matrix, size, 0, 0, size - relic_lapack_int(count) + 1, size,
      0,
      &found, &values, &vectors, relic_lapack_int(count), &support)
    precondition(status == 0 && Int(found) == count, "dsyevr ended with \(status)")
    var rows = Matrix(rows: count, columns: columns)
    for component in 0..<count {
      // Ascending, one in each column.
      let source = count - 1 - component
      let vector = (0..<columns).map { vectors[$0 * count + source] }
      let largest = vector.max { abs($0) < abs($1) } ?? 0
      for (column, value) in vector.enumerated() {
        rows[component, column] = largest < 0 ? -value : value
      }
    }
    return (values.prefix(count).reversed(), rows)
  }
}
