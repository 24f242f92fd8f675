import TestSupport
import Testing

@testable import LinearProbe

@Suite struct LogisticRegressionTests {
  struct Fit: Decodable {
    var coefficients: [[Double]]
    var intercepts: [Double]
    var iterations: Int
    var predictions: [Int]
    var probabilities: [[Double]]
    var accuracy: Double
    var objective: Double
  }

  static func expected(
    _ convention: LogisticRegression.Convention, _ problem: Problem, _ name: String
  )
    throws -> Fit
  {
    let file = convention == .current ? "logistic-1.9.json" : "logistic-1.3.json"
    let fits = try Fixture.json(file, as: [String: [String: Fit]].self)
    return try #require(fits[problem.name]?[name])
  }

  static let cases = ["converged", "weak", "balanced", "no_intercept"]

  @Test(arguments: Problem.all, cases)
  func `a converged fit is that of both versions of scikit-learn`(problem: Problem, name: String)
    throws
  {
    var settings = LogisticRegression()
    settings.tolerance = 1e-9
    settings.maxIterations = 100_000
    if name == "weak" { settings.inverseRegularization = 100 }
    if name == "balanced" { settings.classWeight = .balanced }
    if name == "no_intercept" { settings.fitsIntercept = false }
    let (train, test) = problem.splits
    let model = try settings.fit(train.features, labels: train.labels)
    if name == "no_intercept" { #expect(model.intercepts.allSatisfy { $0 == 0 }) }
    let classes = model.weights.rows
    let predictions = model.predict(test.features)
    let probabilities = model.probabilities(test.features)
    for convention in LogisticRegression.Convention.allCases {
      let expected = try Self.expected(convention, problem, name)
      let (objective, optimum) = (model.report.objective, expected.objective)
      #expect(abs(objective - optimum) <= 1e-9 * optimum, "\(convention): \(objective), \(optimum)")
      expectClose(
        centred(model.weights.elements, classes: classes),
        centred(expected.coefficients.flatMap { $0 }, classes: classes), relative: 1e-4,
        "\(convention) weights")
      expectClose(
        centred(model.intercepts, classes: classes),
        centred(expected.intercepts, classes: classes), relative: 1e-4,
        "\(convention) intercepts")
      #expect(predictions == expected.predictions)
      for (row, expected) in expected.probabilities.enumerated() {
        expectClose(Array(probabilities.row(row)), expected, relative: 1e-4, "row \(row)")
      }
    }
  }

  @Test(arguments: Problem.all)
  func `a fit with default settings ends as scikit-learn's does`(problem: Problem) throws {
    for convention in LogisticRegression.Convention.allCases {
      let expected = try Self.expected(convention, problem, "default")
      var settings = LogisticRegression()
      settings.convention = convention
      let (train, test) = problem.splits
      let model = try settings.fit(train.features, labels: train.labels)
      let scale = convention == .current ? 1 : Double(train.labels.count)
      let (objective, value) = (model.report.objective / scale, expected.objective)
      // Where the 100 iterations are used up, rounding decides how far they led.
      #expect(abs(objective - value) <= 1e-4 * value, "\(convention): \(objective), \(value)")
      #expect(abs(model.report.iterations - expected.iterations) <= 2)
      #expect((model.report.status == .iterationLimit) == (expected.iterations == 100))
      let predictions = model.predict(test.features)
      #expect(zip(predictions, expected.predictions).count { $0 != $1 } <= 1)
    }
  }

  @Test(arguments: Problem.all)
  func `the number of workers changes no bit`(problem: Problem) throws {
    let (train, test) = problem.splits
    let fits = try [1, 3].map { workers in
      try withWorkers(workers) {
        let model = try LogisticRegression().fit(train.features, labels: train.labels)
        return (model: model, logits: model.logits(test.features))
      }
    }
    #expect(fits[0].model == fits[1].model)
    #expect(fits[0].logits == fits[1].logits)
  }

  @Test(arguments: LogisticRegression.Convention.allCases)
  func `an unfinished fit of 20,000 samples scores as scikit-learn's`(
    convention: LogisticRegression.Convention
  ) throws {
    struct Expected: Decodable {
      var accuracy: Double
      var logLoss: Double
      var iterations: Int

      enum CodingKeys: String, CodingKey {
        case accuracy
        case logLoss = "log_loss"
        case iterations
      }
    }
    let file = convention == .current ? "large-1.9.json" : "large-1.3.json"
    let expected = try Fixture.json(file, as: Expected.self)
    let (train, test) = Problem.large.splits
    var settings = LogisticRegression()
    settings.convention = convention
    let model = try settings.fit(train.features, labels: train.labels)
    #expect(model.report.iterations == expected.iterations)
    let probabilities = model.probabilities(test.features)
    let confusion = ConfusionMatrix(
      truth: test.labels, predictions: probabilities.firstMaxima().map { model.classes[$0] })
    let loss = logLoss(probabilities, classes: model.classes, labels: test.labels)
    #expect(abs(confusion.accuracy - expected.accuracy) <= 1e-3)
    #expect(abs(loss - expected.logLoss) <= 1e-3, "\(loss), \(expected.logLoss)")
  }

  @Test func `progress is told once per iteration`() throws {
    let (train, _) = Problem.ten.splits
    var iterations: [Int] = []
    var objectives: [Double] = []
    let model = try LogisticRegression().fit(train.features, labels: train.labels) {
      iterations.append($0.iteration)
      objectives.append($0.objective)
    }
    #expect(iterations == Array(1...model.report.iterations))
    #expect(objectives == objectives.sorted(by: >))
    #expect(objectives.last == model.report.objective)
  }

  @Test func `what cannot be fitted is refused`() {
    let x = Features(rows: 2, columns: 2, elements: [1, 2, 3, 4] as [Double])
    let broken = Features(rows: 2, columns: 2, elements: [1, 2, 3, .infinity] as [Float])
    let fit = LogisticRegression()
    #expect(throws: FitError.noSamples) {
      try fit.fit(Features(rows: 0, columns: 2, elements: [] as [Float]), labels: [])
    }
    #expect(throws: FitError.noFeatures) {
      try fit.fit(Features(rows: 2, columns: 0, elements: [] as [Float]), labels: [0, 1])
    }
    #expect(throws: FitError.countMismatch(samples: 2, labels: 1)) { try fit.fit(x, labels: [0]) }
    #expect(throws: FitError.oneClass(label: 4)) { try fit.fit(x, labels: [4, 4]) }
    #expect(throws: FitError.notFinite(samples: "training", row: 1, column: 1)) {
      try fit.fit(broken, labels: [0, 1])
    }
    var bad = fit
    bad.inverseRegularization = 0
    #expect(throws: FitError.self) { try bad.fit(x, labels: [0, 1]) }
  }
}

/// Returns the weights less their mean over the classes, which is all that a softmax sees.
func centred(_ weights: [Double], classes: Int) -> [Double] {
  guard classes > 1 else { return weights }
  let width = weights.count / classes
  return weights.indices.map { index in
    let total = (0..<classes).reduce(0) { $0 + weights[$1 * width + index % width] }
    return weights[index] - total / Double(classes)
  }
}

/// Expects equal elements but for `relative` times the largest.
func expectClose(
  _ found: [Double], _ expected: [Double], relative: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(name)", sourceLocation: sourceLocation)
  let scale = expected.map(abs).max() ?? 0
  for (index, (a, b)) in zip(found, expected).enumerated() where !(abs(a - b) <= relative * scale) {
    Issue.record("\(name)[\(index)]: \(a), expected \(b)", sourceLocation: sourceLocation)
  }
}
