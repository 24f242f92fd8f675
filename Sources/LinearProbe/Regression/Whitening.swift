internal import COpenBLAS

/// Features made uncorrelated and of like curvature, by which a minimisation needs fewer steps.
///
/// Where a model knows nothing yet, the Hessian of its mean cross-entropy is about c S for each
/// class, S the covariance of the features and c = (1 - 1 / classes) / classes, and the penalty adds
/// a multiple of the identity: L Lᵀ = c S + penalty I. The minimisation sees the weights W L and the
/// intercepts sqrt(c) (b + W mean), whose Hessian is near the identity.
struct Whitening {
  let inputs: Int
  /// Logits of one model.
  let outputs: Int
  /// Each feature's mean, or 0 without intercepts, which alone can make up for a shift.
  private let means: [Double]
  /// The products of centred features, `[inputs, inputs]`, the mean over samples; the lower half.
  private let covariance: [Double]
  /// c.
  private let curvature: Double

  /// Returns the most features that are decorrelated for as many spaces: their covariances take at
  /// most 512 MiB, and with the factors of all spaces at most 1.5 GiB.
  static func mostInputs(spaces: Int) -> Int {
    let numbers = (3 << 29) / MemoryLayout<Double>.size
    return min(8192, Int(Double(numbers / (1 + spaces)).squareRoot()))
  }

  /// Takes the covariance of all samples, for as many spaces.
  init(_ data: TrainingData, centred: Bool, spaces: Int) throws(FitError) {
    let features = data.features
    let most = Self.mostInputs(spaces: spaces)
    guard features.columns <= most else {
      throw .tooWideToWhiten(features: features.columns, most: most)
    }
    inputs = features.columns
    let classes = Double(data.classes.count)
    outputs = data.classes.count == 2 ? 1 : data.classes.count
    curvature = (1 - 1 / classes) / classes
    means =
      centred ? Self.means(of: features) : Array(repeating: 0, count: features.columns)
    covariance = Self.covariance(of: features, means: means)
    // Squares of features may be beyond all numbers.
    guard covariance.allSatisfy(\.isFinite) else { throw .cannotDecorrelate }
  }

  /// Rows that a task sums up on its own, and the block of rows that are multiplied at once.
  private static let (taskRows, blockRows) = (256, 4096)

  private static func means(of features: Features) -> [Double] {
    let (rows, columns) = (features.rows, features.columns)
    let tasks = min(64, (rows + taskRows - 1) / taskRows)
    let sums = parallelMap(tasks) { task in
      var sum = Array(repeating: 0.0, count: columns)
      for row in (rows * task / tasks)..<(rows * (task + 1) / tasks) {
        add(1 / Double(rows), features.row(row), to: &sum)
      }
      return sum
    }
    var means = Array(repeating: 0.0, count: columns)
    for sum in sums { add(1, sum, to: &means) }
    return means
  }

  private static func covariance(of features: Features, means: [Double]) -> [Double] {
    let (rows, columns) = (features.rows, features.columns)
    var covariance = Array(repeating: 0.0, count: columns * columns)
    let block = Scratch<Double>(count: min(rows, blockRows) * columns)
    let tile = 256
    let across = (columns + tile - 1) / tile
    let tiles = (0..<across).flatMap { down in (0...down).map { (down * tile, $0 * tile) } }
    _ = BLAS.isSingleThreaded
    for start in stride(from: 0, to: rows, by: blockRows) {
      let count = min(blockRows, rows - start)
      parallelRows(count, grain: taskRows) { part in
        let x = unsafe block.pointer + part.lowerBound * columns
        unsafe features.copy(part.map { Int32(start + $0) }[...], to: x)
        for row in 0..<part.count {
          for column in 0..<columns { unsafe x[row * columns + column] -= means[column] }
        }
      }
      unsafe covariance.withUnsafeMutableBufferPointer { covariance in
        // Tiles are disjoint.
        nonisolated(unsafe) let covariance = unsafe covariance
        parallel(tiles.count) { task in
          let (row, column) = tiles[task]
          unsafe cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, blasint(min(tile, columns - row)),
            blasint(min(tile, columns - column)), blasint(count), 1 / Double(rows),
            block.pointer + row, blasint(columns), block.pointer + column, blasint(columns), 1,
            covariance.baseAddress?.advanced(by: row * columns + column), blasint(columns))
        }
      }
    }
    return covariance
  }

  /// Returns the space of a minimisation whose penalty beside the mean cross-entropy is
  /// `penalty / 2 · |W|²`.
  func space(penalty: Double) throws(FitError) -> Space {
    var factor = covariance
    let trace = (0..<inputs).reduce(0) { $0 + covariance[$1 * (inputs + 1)] }
    // Features that depend on each other, with next to no penalty, are within rounding of singular.
    let ridge = max(penalty, 1e-10 * curvature * trace / Double(inputs), .leastNormalMagnitude)
    for index in factor.indices { factor[index] *= curvature }
    for index in 0..<inputs { factor[index * (inputs + 1)] += ridge }
    let size = relic_lapack_int(inputs)
    _ = BLAS.isSingleThreaded
    let status = unsafe LAPACKE_dpotrf(
      LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), size, &factor, size)
    // Features may be so unlike in size that rounding of the large ones outweighs the small ones.
    guard ridge.isFinite, status == 0 else { throw .cannotDecorrelate }
    return Space(
      inputs: inputs, outputs: outputs, means: means, scale: curvature.squareRoot(), factor: factor)
  }

  /// What a minimisation sees in place of weights `[outputs, inputs]` and intercepts `[outputs]`.
  struct Space {
    let inputs: Int
    let outputs: Int
    let means: [Double]
    /// sqrt(c).
    let scale: Double
    /// L, `[inputs, inputs]`, the lower half.
    let factor: [Double]

    /// Outputs that one task works on.
    private static let grain = 32

    /// Returns weights and intercepts for a point of the minimisation.
    func parameters(_ point: [Double]) -> [Double] {
      var result = point
      solve(&result, transposed: false)
      let weightCount = outputs * inputs
      for output in 0..<outputs {
        var shift = 0.0
        for input in 0..<inputs { shift += result[output * inputs + input] * means[input] }
        result[weightCount + output] = point[weightCount + output] / scale - shift
      }
      return result
    }

    /// Returns the gradient at a point of the minimisation for that by weights and intercepts.
    func gradient(_ gradient: [Double]) -> [Double] {
      var result = gradient
      let weightCount = outputs * inputs
      for output in 0..<outputs {
        let slope = gradient[weightCount + output]
        for input in 0..<inputs { result[output * inputs + input] -= slope * means[input] }
        result[weightCount + output] = slope / scale
      }
      solve(&result, transposed: true)
      return result
    }

    /// Multiplies weights by the inverse of L, or of its transpose, from the right.
    private func solve(_ weights: inout [Double], transposed: Bool) {
      _ = BLAS.isSingleThreaded
      unsafe weights.withUnsafeMutableBufferPointer { weights in
        // Rows are disjoint.
        nonisolated(unsafe) let weights = unsafe weights
        parallelRows(outputs, grain: Self.grain) { rows in
          unsafe cblas_dtrsm(
            CblasRowMajor, CblasRight, CblasLower, transposed ? CblasTrans : CblasNoTrans,
            CblasNonUnit, blasint(rows.count), blasint(inputs), 1, factor, blasint(inputs),
            weights.baseAddress?.advanced(by: rows.lowerBound * inputs), blasint(inputs))
        }
      }
    }
  }
}
