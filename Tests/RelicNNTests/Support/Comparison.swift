import Testing

@testable import RelicNN

/// How far a result may lie from its reference: `absolute + relative · max(|reference|, floor)`.
struct Tolerance {
  var relative: Float
  var absolute: Float
  /// Rounding of a sum is relative to its terms, which may be larger than the sum.
  var floor: Float = 0

  /// A few roundings of single precision.
  static let rounding = Tolerance(relative: 1e-5, absolute: 2e-6)
}

/// Records an issue that names the worst element if any element is further off than allowed.
func expectClose(
  _ found: Tensor, _ expected: Tensor, _ label: String, within tolerance: Tolerance = .rounding,
  location: SourceLocation = #_sourceLocation
) {
  guard found.shape == expected.shape else {
    Issue.record("\(label): shape \(found.shape), not \(expected.shape)", sourceLocation: location)
    return
  }
  var worst: (index: Int, excess: Float) = (0, 1)
  var failures = 0
  let (a, b) = (found.scalars, expected.scalars)
  for index in a.indices {
    let allowed = tolerance.absolute + tolerance.relative * max(abs(b[index]), tolerance.floor)
    let excess = abs(a[index] - b[index]) / allowed
    if excess <= 1 || a[index] == b[index] { continue }  // a NaN goes on
    failures += 1
    if !(excess <= worst.excess) { worst = (index, excess) }
  }
  guard failures > 0 else { return }
  Issue.record(
    """
    \(label): \(failures) of \(a.count) elements off; worst at \(worst.index): \
    \(a[worst.index]), not \(b[worst.index]) (\(worst.excess) times the tolerance)
    """, sourceLocation: location)
}

/// Records an issue if two numbers differ by more than allowed.
func expectClose(
  _ found: Float, _ expected: Float, _ label: String, within tolerance: Tolerance = .rounding,
  location: SourceLocation = #_sourceLocation
) {
  expectClose(
    Tensor([found], shape: []), Tensor([expected], shape: []), label, within: tolerance,
    location: location)
}

extension Tensor {
  /// The root of the mean square of the elements.
  var rootMeanSquare: Float {
    Float((scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)).squareRoot())
  }
}
