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

/// Returns how far tensors are from others, as a share of the norm of these.
func relativeDistance(of found: [Tensor], from expected: [Tensor]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let (distance, size) = zip(found, expected).reduce((0.0, 0.0)) {
    let difference = $1.0.combined($1.1, -)
    return (
      $0.0 + GradientCheck.inner(difference, difference), $0.1 + GradientCheck.inner($1.1, $1.1)
    )
  }
  return (distance / size).squareRoot()
}

/// Records an issue for every parameter whose gradient is further from that of another module than
/// a share of its norm.
///
/// A shift that the next normalisation takes out again has a gradient of nothing but rounding. Its
/// terms are those of the scale's gradient but for factors of size 1, so the norm of the larger of
/// the two is what it is measured by.
func expectGradients(
  of found: some Module, near expected: some Module, within share: Float, _ label: String,
  location: SourceLocation = #_sourceLocation
) {
  #expect(found.parameters.count == expected.parameters.count, sourceLocation: location)
  var scaleSize: Float = 0
  for (own, other) in zip(found.parameters, expected.parameters)
  where own.parameter.role.isTrained {
    guard let gradient = own.parameter.gradient, let reference = other.parameter.gradient,
      gradient.shape == reference.shape
    else {
      Issue.record("\(label): '\(own.name)' has no gradient", sourceLocation: location)
      continue
    }
    var size = reference.rootMeanSquare
    if own.parameter.role == .scale { scaleSize = size }
    if own.parameter.role == .shift { size = max(size, scaleSize) }
    let distance = gradient.combined(reference, -).rootMeanSquare
    #expect(
      distance <= share * size, "\(label): '\(own.name)' is off by \(distance / size) of its norm",
      sourceLocation: location)
  }
}

extension Tensor {
  /// The root of the mean square of the elements.
  var rootMeanSquare: Float {
    Float((scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)).squareRoot())
  }
}
