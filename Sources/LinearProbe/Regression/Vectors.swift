internal import COpenBLAS

/// Returns the sum of `a[i] * b[i]`.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "cannot multiply \(a.count) by \(b.count) elements")
  _ = BLAS.isSingleThreaded
  return unsafe cblas_ddot(blasint(a.count), a, 1, b, 1)
}

/// Returns the square root of the sum of squares, even where a square overflows or vanishes.
func length(of x: [Double]) -> Double {
  let squares = dot(x, x)
  if squares.isNormal { return squares.squareRoot() }
  let largest = largestMagnitude(x)
  guard largest > 0, largest.isFinite else { return largest }
  let scaled = x.map { $0 / largest }
  return dot(scaled, scaled).squareRoot() * largest
}

/// Adds `scale * x` to `y`.
func add(_ scale: Double, _ x: [Double], to y: inout [Double]) {
  precondition(x.count == y.count, "cannot add \(x.count) to \(y.count) elements")
  _ = BLAS.isSingleThreaded
  unsafe cblas_daxpy(blasint(x.count), scale, x, 1, &y, 1)
}

/// Adds `terms` to the elements of `total` that start at `offset`.
func add(_ terms: ArraySlice<Double>, to total: inout [Double], at offset: Int) {
  precondition(
    offset + terms.count <= total.count, "\(terms.count) terms do not fit behind \(offset)")
  _ = BLAS.isSingleThreaded
  unsafe terms.withUnsafeBufferPointer { terms in
    unsafe total.withUnsafeMutableBufferPointer { total in
      unsafe cblas_daxpy(
        blasint(terms.count), 1, terms.baseAddress, 1, total.baseAddress?.advanced(by: offset), 1)
    }
  }
}

/// Returns the largest magnitude, or NaN if an element is NaN.
func largestMagnitude(_ x: [Double]) -> Double {
  var largest = 0.0
  for element in x where !(abs(element) <= largest) { largest = abs(element) }
  return x.contains { $0.isNaN } ? .nan : largest
}
