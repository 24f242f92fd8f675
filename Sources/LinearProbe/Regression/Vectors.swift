internal import COpenBLAS

/// Elements of a vector that one task works on.
private let part = 1 << 15

/// Sums of no more terms are taken in one piece, so that the vectors of most models have the same
/// sums as in SciPy's one thread.
private let longestWhole = 1 << 18

/// Returns the sum of what `body` returns for ranges that cover `0..<count`, in their order.
func sumOfParts(_ count: Int, _ body: (Range<Int>) -> Double) -> Double {
  if count <= longestWhole { return body(0..<count) }
  return parallelMap((count + part - 1) / part) { task in
    body((task * part)..<min(count, (task + 1) * part))
  }.reduce(0, +)
}

/// Calls `body` with ranges that cover `0..<count`, on all workers.
func forParts(_ count: Int, _ body: (Range<Int>) -> Void) {
  parallelRows(count, grain: part, body)
}

/// Returns the sum of `a[i] * b[i]`.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "cannot multiply \(a.count) by \(b.count) elements")
  _ = BLAS.isSingleThreaded
  return unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      nonisolated(unsafe) let (a, b) = unsafe (a, b)
      return unsafe sumOfParts(a.count) { range in
        unsafe cblas_ddot(
          blasint(range.count), a.baseAddress?.advanced(by: range.lowerBound), 1,
          b.baseAddress?.advanced(by: range.lowerBound), 1)
      }
    }
  }
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
  unsafe x.withUnsafeBufferPointer { x in
    unsafe y.withUnsafeMutableBufferPointer { y in
      nonisolated(unsafe) let (x, y) = unsafe (x, y)
      unsafe forParts(x.count) { range in
        unsafe cblas_daxpy(
          blasint(range.count), scale, x.baseAddress?.advanced(by: range.lowerBound), 1,
          y.baseAddress?.advanced(by: range.lowerBound), 1)
      }
    }
  }
}

/// Multiplies all elements by `scale`.
func scale(_ x: inout [Double], by scale: Double) {
  unsafe x.withUnsafeMutableBufferPointer { x in
    nonisolated(unsafe) let x = unsafe x
    unsafe forParts(x.count) { range in
      for index in range { unsafe x[index] *= scale }
    }
  }
}

/// Returns the largest magnitude, or NaN if an element is NaN.
func largestMagnitude(_ x: [Double]) -> Double {
  var largest = 0.0
  for element in x where !(abs(element) <= largest) { largest = abs(element) }
  return x.contains { $0.isNaN } ? .nan : largest
}
