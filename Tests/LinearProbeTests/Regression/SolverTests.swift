import Foundation
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct SolverTests {
  static func settings(
    _ change: (inout LogisticRegression) -> Void = { _ in }
  ) -> LogisticRegression {
    var settings = LogisticRegression()
    settings.tolerance = 1e-9
    settings.maxIterations = 100_000
    change(&settings)
    return settings
  }

  @Test(arguments: Problem.all, ["plain", "weak", "balanced", "no intercept"])
  func `decorrelated features lead to the same optimum`(problem: Problem, name: String) throws {
    let usual = Self.settings {
      if name == "weak" { $0.inverseRegularization = 100 }
      if name == "balanced" { $0.classWeight = .balanced }
      if name == "no intercept" { $0.fitsIntercept = false }
    }
    var whitened = usual
    whitened.solver = .whitened
    let (train, _) = problem.splits
    let expected = try usual.fit(train.features, labels: train.labels)
    let found = try whitened.fit(train.features, labels: train.labels)
    #expect(found.report.status == .converged)
    let (objective, optimum) = (found.report.objective, expected.report.objective)
    #expect(abs(objective - optimum) <= 1e-9 * optimum)
    let classes = found.weights.rows
    expectClose(
      centred(found.weights.elements, classes: classes),
      centred(expected.weights.elements, classes: classes), relative: 1e-4, "weights")
    expectClose(
      centred(found.intercepts, classes: classes), centred(expected.intercepts, classes: classes),
      relative: 1e-4, "intercepts")
    if name == "no intercept" { #expect(found.intercepts.allSatisfy { $0 == 0 }) }
  }

  @Test func `decorrelated features take fewer steps`() throws {
    let (train, _) = Problem.large.splits
    var settings = LogisticRegression()
    settings.maxIterations = 1000
    let usual = try settings.fit(train.features, labels: train.labels)
    settings.solver = .whitened
    let whitened = try settings.fit(train.features, labels: train.labels)
    #expect(usual.report.status == .converged)
    #expect(whitened.report.status == .converged)
    #expect(whitened.report.iterations * 2 < usual.report.iterations)
  }

  @Test(arguments: LogisticRegression.Convention.allCases)
  func `few steps among decorrelated features lead further`(
    convention: LogisticRegression.Convention
  ) throws {
    let (train, _) = Problem.ten.splits
    var settings = LogisticRegression()
    settings.convention = convention
    settings.maxIterations = 5
    let usual = try settings.fit(train.features, labels: train.labels)
    settings.solver = .whitened
    let whitened = try settings.fit(train.features, labels: train.labels)
    #expect(whitened.report.objective < usual.report.objective)
  }

  @Test func `features that depend on each other are decorrelated as far as they go`() throws {
    let (train, test) = Problem.ten.splits
    // Each feature twice, and one that is constant.
    func twice(_ features: Features) -> Features {
      var elements: [Double] = []
      for row in 0..<features.rows {
        let own = features.row(row)
        elements += own + own + [3]
      }
      return Features(
        rows: features.rows, columns: 2 * features.columns + 1, elements: elements)
    }
    let (dependent, asked) = (twice(train.features), twice(test.features))
    // With a penalty there is one optimum.
    let usual = try Self.settings().fit(dependent, labels: train.labels)
    let found = try Self.settings { $0.solver = .whitened }.fit(dependent, labels: train.labels)
    #expect(found.report.status == .converged)
    let (objective, optimum) = (found.report.objective, usual.report.objective)
    #expect(abs(objective - optimum) <= 1e-9 * optimum)
    #expect(found.predict(asked) == usual.predict(asked))
    // With next to none, the classes of these samples can be parted: the objective, ln(10) at the
    // start, falls towards 0, with each feature twice as with each once (9e-7 and 4e-7).
    let free = Self.settings {
      $0.solver = .whitened
      $0.inverseRegularization = 1e12
      $0.maxIterations = 20
    }
    let model = try free.fit(dependent, labels: train.labels)
    let once = try free.fit(train.features, labels: train.labels)
    for fit in [model, once] { #expect(fit.report.objective < 1e-5) }
    let differing = zip(model.predict(asked), once.predict(test.features))
    #expect(differing.count { $0 != $1 } <= 1)
    #expect(model.weights.elements.allSatisfy { $0.isFinite })
  }

  @Test func `more features than can be decorrelated are refused`() {
    let wide = Features(rows: 2, columns: 8193, elements: Array(repeating: Float(1), count: 16_386))
    var settings = LogisticRegression()
    settings.solver = .whitened
    #expect(throws: FitError.tooWideToWhiten(features: 8193, most: 8192)) {
      try settings.fit(wide, labels: [0, 1])
    }
  }

  @Test func `the more values of C the fewer features can be decorrelated`() {
    #expect([1, 7, 45].map { Whitening.mostInputs(spaces: $0) } == [8192, 5016, 2092])
    let wide = Features(
      rows: 40, columns: 2093, elements: Array(repeating: Float(1), count: 40 * 2093))
    var probe = Probe()
    probe.regression.solver = .whitened
    probe.sweep = .dinov2
    let train = LabeledFeatures(features: wide, labels: (0..<40).map { $0 % 2 })
    #expect(throws: FitError.tooWideToWhiten(features: 2093, most: 2092)) { try probe.fit(train) }
  }

  @Test func `fits of the same C share what decorrelates their features`() throws {
    let (train, _) = Problem.ten.splits
    let data = try TrainingData(train.features, labels: train.labels)
    var settings = LogisticRegression()
    let runs = [1.0, 1, 0.1, 1].enumerated().map { fold, value in
      LogisticRegression.Run(excludedGroup: fold, inverseRegularization: value)
    }
    let penalties = [0.1, 0.1.nextUp, 1, 0.1]
    #expect(try settings.whitenedSpaces(data, runs, penalties: penalties).isEmpty)
    settings.solver = .whitened
    let shared = try settings.whitenedSpaces(data, runs, penalties: penalties)
    #expect(Set(shared.keys) == [1, 0.1])
    let whitening = try Whitening(data, centred: true, spaces: 2)
    #expect(try shared[1]?.factor == whitening.space(penalty: 0.1).factor)
    #expect(try shared[0.1]?.factor == whitening.space(penalty: 1).factor)
  }

  @Test(arguments: [
    [1e200, 1e200, 1e200, -1e200], [1e160, 0, 0, 1e160], [1.7e308, 1, -1.7e308, 1],
  ])
  func `features whose covariances are beyond all numbers are refused`(elements: [Double]) {
    var settings = LogisticRegression()
    settings.solver = .whitened
    let large = Features(rows: 2, columns: 2, elements: elements)
    #expect(throws: FitError.cannotDecorrelate) { try settings.fit(large, labels: [0, 1]) }
    #expect(FitError.cannotDecorrelate.description.contains("; use the standard scaling"))
  }

  @Test(arguments: [Probe.Method.logistic, .calibrated], [false, true])
  func `a feature that single precision does not hold is refused by its place`(
    method: Probe.Method, sweeps: Bool
  ) throws {
    let (train, _) = Problem.two.splits
    let columns = train.features.columns
    var elements = (0..<train.features.rows).flatMap(train.features.row)
    elements[7 * columns + 2] = -1e39
    elements[9 * columns + 1] = 1e39
    let samples = LabeledFeatures(
      features: Features(rows: train.features.rows, columns: columns, elements: elements),
      labels: train.labels)
    var probe = Probe()
    probe.method = method
    if sweeps { probe.sweep = .values([0.1, 1]) }
    probe.regression.maxIterations = 5
    probe.regression.precision = .float32
    let error = FitError.beyondSingle(samples: "training", row: 7, column: 2, value: -1e39)
    #expect(throws: error) { try probe.fit(samples) }
    #expect(error.description.contains("row 7, column 2 is -1e+39, too large for float32"))
    probe.scaling = .standard
    #expect(try probe.fit(samples)[0].reports.allSatisfy { $0.objective.isFinite })
    // What rounds to the largest number is held.
    elements[7 * columns + 2] = Double(Float.greatestFiniteMagnitude).nextUp
    elements[9 * columns + 1] = 0
    let held = Features(rows: train.features.rows, columns: columns, elements: elements)
    #expect(held.firstBeyondSingle == nil)
  }

  @Test(arguments: Problem.all, LogisticRegression.Solver.allCases)
  func `products in single precision lead close to the optimum`(
    problem: Problem, solver: LogisticRegression.Solver
  ) throws {
    let (train, test) = problem.splits
    let expected = try Self.settings().fit(train.features, labels: train.labels)
    // Rounding keeps gradients from falling further.
    let single = Self.settings {
      $0.tolerance = 1e-5
      $0.precision = .float32
      $0.solver = solver
    }
    let found = try single.fit(train.features, labels: train.labels)
    #expect(found.report.status == .converged)
    let (objective, optimum) = (found.report.objective, expected.report.objective)
    #expect(abs(objective - optimum) <= 1e-5 * optimum, "\(objective), \(optimum)")
    let differing = zip(found.predict(test.features), expected.predict(test.features))
    #expect(differing.count { $0 != $1 } <= 1)
  }

  @Test func `calibrated fits and sweeps take both options`() throws {
    let (train, test) = Problem.ten.splits
    let folder = try FeatureFolder(train: train.labeled, test: test.labeled)
    var probe = Probe()
    probe.method = .calibrated
    probe.sweep = .values([0.1, 1])
    let usual = try probe.evaluate(folder).scores[0]
    probe.regression.solver = .whitened
    probe.regression.precision = .float32
    let score = try probe.evaluate(folder).scores[0]
    #expect(abs(score.logLoss - usual.logLoss) <= 1e-3)
    #expect(abs(score.top1 - usual.top1) <= 0.01)
    #expect(score.modelName == "CalibratedClassifierCV, whitened-lbfgs, float32")
    #expect(usual.modelName == "CalibratedClassifierCV")
    #expect(ProbeScore.json([score]).contains(#""precision":"float32""#))
    #expect(ProbeScore.json([score]).contains(#""solver":"whitened-lbfgs""#))
    #expect(!ProbeScore.json([usual]).contains("solver"))
  }

  @Test func `settings of an earlier version are those of scikit-learn`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let usual = try encoder.encode(LogisticRegression())
    #expect(
      String(decoding: usual, as: UTF8.self)
        == #"{"C":1,"class_weight":"uniform","convention":"current","fit_intercept":true,"#
        + #""max_iter":100,"tol":0.0001}"#)
    #expect(try JSONDecoder().decode(LogisticRegression.self, from: usual) == LogisticRegression())
    var other = LogisticRegression()
    other.solver = .whitened
    other.precision = .float32
    #expect(
      try JSONDecoder().decode(LogisticRegression.self, from: encoder.encode(other)) == other)
  }
}
