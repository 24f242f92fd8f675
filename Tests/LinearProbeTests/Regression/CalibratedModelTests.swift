import Foundation
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct CalibratedModelTests {
  struct Case: Decodable {
    var folds: [Int]
    var sigmoids: [[[Double]]]
    var predictions: [Int]
    var probabilities: [[Double]]
  }

  static func expected(_ version: String, _ problem: Problem) throws -> Case {
    let cases = try Fixture.json("calibrated-\(version).json", as: [String: Case].self)
    return try #require(cases[problem.name])
  }

  static func converged() -> LogisticRegression {
    var settings = LogisticRegression()
    settings.tolerance = 1e-9
    settings.maxIterations = 100_000
    return settings
  }

  @Test(arguments: Problem.all)
  func `folds are those of scikit-learn`(problem: Problem) throws {
    let data = try TrainingData(problem.splits.train.features, labels: problem.splits.train.labels)
    let folds = try StratifiedFolds(data.targets, classes: data.classes, count: 5)
    var found = Array(repeating: -1, count: data.targets.count)
    for (fold, rows) in folds.rows.enumerated() {
      for row in rows { found[Int(row)] = fold }
    }
    #expect(found == (try Self.expected("1.9", problem)).folds)
  }

  @Test(arguments: Problem.all, ["1.3", "1.9"])
  func `sigmoids and probabilities are those of scikit-learn`(problem: Problem, version: String)
    throws
  {
    let expected = try Self.expected(version, problem)
    let (train, test) = problem.splits
    let model = try Self.converged()
      .fitCalibrated(train.features, labels: train.labels).calibrated
    for (fold, (member, sigmoids)) in zip(model.members, expected.sigmoids).enumerated() {
      for (index, (sigmoid, expected)) in zip(member.sigmoids, sigmoids).enumerated() {
        expectClose(
          [sigmoid.slope, sigmoid.offset], expected, relative: 1e-5, "fold \(fold), logit \(index)")
      }
    }
    let probabilities = model.probabilities(test.features)
    for (row, expected) in expected.probabilities.enumerated() {
      expectClose(Array(probabilities.row(row)), expected, relative: 1e-5, "row \(row)")
    }
    #expect(model.predict(test.features) == expected.predictions)
  }

  @Test(arguments: Problem.all)
  func `a member is what a fit without its fold gives`(problem: Problem) throws {
    let (train, _) = problem.splits
    let data = try TrainingData(train.features, labels: train.labels)
    let folds = try StratifiedFolds(data.targets, classes: data.classes, count: 5).rows
    let settings = Self.converged()
    let (calibrated, plain) = try settings.fitCalibrated(
      train.features, labels: train.labels, includingPlain: true)
    for (fold, member) in calibrated.members.enumerated() {
      let rows = folds.indices.filter { $0 != fold }.flatMap { folds[$0] }.sorted().map(Int.init)
      let part = Features(
        rows: rows.count, columns: problem.columns,
        elements: rows.flatMap { train.features.row($0) })
      let alone = try settings.fit(part, labels: rows.map { train.labels[$0] })
      expectClose(
        member.model.parameters, alone.parameters, relative: 1e-4, "parameters of fold \(fold)")
    }
    let alone = try settings.fit(train.features, labels: train.labels)
    expectClose(try #require(plain).parameters, alone.parameters, relative: 1e-4, "plain")
  }

  @Test func `the number of workers changes no bit`() throws {
    let (train, _) = Problem.ten.splits
    let models = try [1, 3].map { workers in
      try withWorkers(workers) {
        try LogisticRegression().fitCalibrated(train.features, labels: train.labels).calibrated
      }
    }
    #expect(models[0] == models[1])
  }

  struct FewCase: Decodable {
    var classes: [[Int]]
    var sigmoids: [[[Double]]]
    var predictions: [Int]
    var probabilities: [[Double]]
  }

  /// The samples to fit, of some classes no more than given.
  static func few(_ problem: Problem, _ limits: [Int: Int]) -> Problem.Split {
    let train = problem.splits.train
    var counts: [Int: Int] = [:]
    let rows = train.labels.indices.filter { row in
      counts[train.labels[row], default: 0] += 1
      let code = (train.labels[row] - problem.offset) / problem.step
      return counts[train.labels[row], default: 0] <= limits[code] ?? .max
    }
    return Problem.Split(
      features: train.features.samples(rows), labels: rows.map { train.labels[$0] })
  }

  @Test(arguments: [
    (Problem.ten, [3: 4, 5: 2, 8: 1]), (.scaled, [1: 1]), (.two, [0: 3]),
  ])
  func `classes of fewer samples than folds are calibrated as scikit-learn does`(
    problem: Problem, limits: [Int: Int]
  ) throws {
    let cases = try Fixture.json("few.json", as: [String: FewCase].self)
    let expected = try #require(cases[problem.name])
    let train = Self.few(problem, limits)
    let model = try Self.converged()
      .fitCalibrated(train.features, labels: train.labels).calibrated
    #expect(model.members.map(\.model.classes) == expected.classes)
    for (fold, (member, sigmoids)) in zip(model.members, expected.sigmoids).enumerated() {
      #expect(member.sigmoids.count == sigmoids.count)
      for (index, (sigmoid, expected)) in zip(member.sigmoids, sigmoids).enumerated() {
        expectClose(
          [sigmoid.slope, sigmoid.offset], expected, relative: 1e-5, "fold \(fold), logit \(index)")
      }
    }
    let probabilities = model.probabilities(problem.splits.test.features)
    for (row, expected) in expected.probabilities.enumerated() {
      expectClose(Array(probabilities.row(row)), expected, relative: 1e-5, "row \(row)")
    }
    #expect(model.predict(problem.splits.test.features) == expected.predictions)
  }

  @Test func `progress counts the folds in order and the plain fit last`() throws {
    let train = Self.few(.ten, [3: 1])
    var fits: Set<Int> = []
    let (_, plain) = try LogisticRegression().fitCalibrated(
      train.features, labels: train.labels, includingPlain: true
    ) { fits.insert($0.fit) }
    #expect(fits == [0, 1, 2, 3, 4, 5])
    #expect(plain?.classes.count == 10)
  }

  @Test func `too few samples for folds are refused`() {
    let x = Features(rows: 8, columns: 1, elements: (0..<8).map(Double.init))
    #expect(throws: FitError.tooFewForFolds(label: 1, samples: 4, folds: 5)) {
      try LogisticRegression().fitCalibrated(x, labels: [1, 1, 1, 1, 7, 7, 7, 7])
    }
    // Without the fold that holds its only sample, the other class would be alone.
    #expect(throws: FitError.tooFewForFolds(label: 7, samples: 1, folds: 5)) {
      try LogisticRegression().fitCalibrated(x, labels: [1, 1, 1, 1, 1, 1, 1, 7])
    }
  }

  @Test(arguments: [1, 1e-8, 1e-4, 1e4], [0, 1, -30])
  func `a sigmoid is at the bottom of its objective`(unit: Double, shift: Double) {
    let plain = Problem.uniform(200, seed: 5).map { ($0 - 0.5) * 80 }
    let chance = Problem.uniform(200, seed: 6)
    let isMember = zip(plain, chance).map { $1 < 1 / (1 + exp(-$0 / 5)) }
    let sigmoid = Sigmoid(logits: plain.map { ($0 + shift) * unit }, isMember: isMember)
    let members = Double(isMember.count { $0 })
    var (slopeGradient, offsetGradient) = (0.0, 0.0)
    for (logit, isMember) in zip(plain, isMember) {
      let target = isMember ? (members + 1) / (members + 2) : 1 / (202 - members)
      let residual = target - sigmoid((logit + shift) * unit)
      slopeGradient += residual * logit
      offsetGradient += residual
    }
    #expect(abs(slopeGradient) < 1e-9 && abs(offsetGradient) < 1e-10)
  }

  @Test func `equal logits are given the share of the class`() {
    let isMember = [true, false, false, false]
    for logit in [0, 0.1, -1e9] {
      let sigmoid = Sigmoid(logits: Array(repeating: logit, count: 4), isMember: isMember)
      #expect(abs(sigmoid(logit) - (2.0 / 3 + 3 * 0.2) / 4) < 1e-9)
    }
  }
}
