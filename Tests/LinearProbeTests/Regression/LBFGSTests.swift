import Testing

@testable import LinearProbe

@Suite struct LBFGSTests {
  struct Run: Decodable {
    var start: [Double]
    var values: [Double]
    var end: [Double]
    var evaluations: Int
    var iterations: Int
  }

  static func rosenbrock(_ v: [Double]) -> (Double, [Double]) {
    var (value, gradient) = (0.0, Array(repeating: 0.0, count: v.count))
    for i in 0..<(v.count - 1) {
      let (gap, rest) = (v[i + 1] - v[i] * v[i], 1 - v[i])
      value += 100 * gap * gap + rest * rest
      gradient[i] += -400 * v[i] * gap - 2 * rest
      gradient[i + 1] += 200 * gap
    }
    return (value, gradient)
  }

  /// A bowl whose curvatures spread over almost two powers of ten.
  static func quadratic(_ v: [Double]) -> (Double, [Double]) {
    var (value, gradient) = (0.0, v)
    var curvature = 1.0
    for i in v.indices {
      value += 0.5 * curvature * (v[i] - 1) * (v[i] - 1)
      gradient[i] = curvature * (v[i] - 1)
      curvature *= 1.778279410038923
    }
    return (value, gradient)
  }

  static let functions: [String: @Sendable ([Double]) -> (Double, [Double])] = [
    "rosenbrock": rosenbrock, "rosenbrock10": rosenbrock, "quadratic": quadratic,
  ]

  @Test(arguments: ["rosenbrock", "rosenbrock10", "quadratic"])
  func `its path is that of SciPy`(name: String) throws {
    let run = try #require(Fixture.json("minimisations.json", as: [String: Run].self)[name])
    let function = try #require(Self.functions[name])
    var settings = LBFGS.Settings()
    (settings.maxIterations, settings.gradientTolerance, settings.decreaseTolerance) = (
      1000, 1e-9, 0
    )
    var fit = LBFGS(start: run.start, settings: settings)
    var values: [Double] = []
    var evaluations = 0
    while fit.status == nil {
      let (value, gradient) = function(fit.point)
      evaluations += 1
      let before = fit.iterations
      fit.receive(value: value, gradient: gradient)
      if fit.iterations > before { values.append(fit.value) }
    }
    #expect(fit.status == .converged)
    // Rounding grows along the path, so its first half is compared closely and its end loosely.
    for index in 0..<(run.values.count / 2) {
      let (found, expected) = (values[index], run.values[index])
      #expect(
        abs(found - expected) <= 1e-6 * abs(expected), "iteration \(index): \(found), \(expected)")
    }
    #expect(abs(fit.iterations - run.iterations) <= run.iterations / 10)
    #expect(abs(evaluations - run.evaluations) <= run.evaluations / 10)
    for (index, (found, expected)) in zip(fit.point, run.end).enumerated() {
      #expect(abs(found - expected) <= 1e-7, "element \(index): \(found), \(expected)")
    }
  }

  @Test func `a minimum at the start takes no iteration`() {
    var fit = LBFGS(start: [1, 1], settings: LBFGS.Settings())
    let (value, gradient) = Self.rosenbrock(fit.point)
    fit.receive(value: value, gradient: gradient)
    #expect(fit.status == .stayedAtStart && fit.iterations == 0)
  }

  @Test func `the iteration limit is a status`() {
    var settings = LBFGS.Settings()
    settings.maxIterations = 3
    var fit = LBFGS(start: [-1.2, 1], settings: settings)
    while fit.status == nil {
      let (value, gradient) = Self.rosenbrock(fit.point)
      fit.receive(value: value, gradient: gradient)
    }
    #expect(fit.status == .iterationLimit && fit.iterations == 3)
  }

  @Test func `the first iterate after the permitted evaluations is the last`() {
    var settings = LBFGS.Settings()
    // SciPy's maxfun, which scikit-learn leaves as it is.
    #expect(settings.maxEvaluations == 15_000)
    settings.maxEvaluations = 10
    var fit = LBFGS(start: [-1.2, 1], settings: settings)
    var evaluations: [Int] = []
    while fit.status == nil {
      let (value, gradient) = Self.rosenbrock(fit.point)
      let before = fit.iterations
      fit.receive(value: value, gradient: gradient)
      if fit.iterations > before { evaluations.append(fit.evaluations) }
    }
    #expect(fit.status == .iterationLimit)
    #expect(evaluations.count > 1 && evaluations.dropLast().allSatisfy { $0 <= 10 })
    #expect(evaluations.last.map { $0 > 10 } == true)
  }

  @Test(arguments: [1e160, Double.infinity])
  func `a slope beyond all numbers is no convergence`(slope: Double) {
    var fit = LBFGS(start: [0, 0], settings: LBFGS.Settings())
    fit.receive(value: 1, gradient: [slope, slope])
    #expect(fit.status == .lineSearchFailed && fit.iterations == 0)
    #expect(fit.point == [0, 0])
  }

  @Test(arguments: [Double.nan, 1])
  func `a gradient that misleads ends the search`(slope: Double) {
    // The function never falls, whatever the gradient says.
    var fit = LBFGS(start: [0, 0], settings: LBFGS.Settings())
    var evaluations = 0
    while fit.status == nil {
      evaluations += 1
      let distance = fit.point.reduce(0) { $0 + abs($1) }
      fit.receive(value: distance, gradient: [slope, slope])
    }
    #expect(fit.status == .lineSearchFailed)
    #expect(evaluations <= 21)
    #expect(fit.point == [0, 0])
  }
}
