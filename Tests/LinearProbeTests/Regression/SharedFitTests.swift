import Foundation
import RelicNN
import TestSupport
import Testing

@testable import LinearProbe

/// Fits that several ranks share, beside those of one process.
@Suite struct SharedFitTests {
  /// Samples and how they are fitted.
  struct Case: Sendable, CustomTestStringConvertible {
    let problem: Problem
    var settings = LogisticRegression()

    init(_ problem: Problem, _ change: (inout LogisticRegression) -> Void = { _ in }) {
      self.problem = problem
      settings.maxIterations = 12
      change(&settings)
    }

    var testDescription: String {
      problem.name + settings.variant + (settings.fitsIntercept ? "" : ", without intercepts")
    }
  }

  /// Narrow models in many parts of the samples.
  static let narrow = Problem(
    name: "narrow", rows: 6_000, columns: 20, classes: 10, seed: 7, spread: 0.3)
  static let two = Problem(
    name: "two classes", rows: 3_000, columns: 12, classes: 2, seed: 8, spread: 0.2)
  /// Many classes and 2^17 weights, in four parts of the samples.
  static let wide = Problem(
    name: "wide", rows: 21_400, columns: 64, classes: 2048, seed: 9, spread: 0.6)
  /// As many weights and fewer classes, so that no fold lacks one: a part for each fold.
  static let folded = Problem(
    name: "wide, in folds", rows: 1_200, columns: 2048, classes: 64, seed: 10, spread: 0.4)

  static let cases = [
    Case(narrow), Case(narrow) { $0.solver = .whitened }, Case(narrow) { $0.precision = .float32 },
    Case(narrow) {
      $0.fitsIntercept = false
      $0.classWeight = .balanced
    }, Case(two), Case(two) { $0.precision = .float32 }, Case(Problem.scaled),
    Case(wide) { $0.maxIterations = 3 },
    Case(wide) {
      $0.maxIterations = 3
      $0.precision = .float32
    },
  ]

  @Test(arguments: cases)
  func `every rank gets the model of one process, to the bit`(example: Case) throws {
    let (train, _) = example.problem.splits
    let expected = try example.settings.fit(train.features, labels: train.labels)
    #expect(expected.report.iterations > 1)
    for size in 1...4 {
      let models = try ThreadRanks.run(size) { ranks in
        try example.settings.fit(train.features, labels: train.labels, sharedBy: ranks)
      }
      #expect(models == Array(repeating: expected, count: size))
    }
  }

  @Test(arguments: [narrow, two, folded], LogisticRegression.Precision.allCases)
  func `so are calibrated models and the plain one`(
    problem: Problem, precision: LogisticRegression.Precision
  ) throws {
    let (train, _) = problem.splits
    var settings = LogisticRegression()
    settings.maxIterations = 4
    settings.precision = precision
    let fixed = settings
    let expected = try settings.fitCalibrated(
      train.features, labels: train.labels, includingPlain: true)
    for size in [2, 3, 4] {
      let models = try ThreadRanks.run(size) { ranks in
        try fixed.fitCalibrated(
          train.features, labels: train.labels, includingPlain: true, sharedBy: ranks)
      }
      for (calibrated, plain) in models {
        #expect(calibrated == expected.calibrated)
        #expect(plain == expected.plain)
      }
    }
  }

  /// The scores of one process and those of every rank, without what a clock tells.
  private func scores(
    _ probe: Probe, on folder: FeatureFolder, size: Int
  ) throws -> (alone: [ProbeScore], shared: [[ProbeScore]]) {
    @Sendable func scores(_ ranks: any RankGroup) throws -> [ProbeScore] {
      try probe.evaluate(folder, sharedBy: ranks).scores.map { score in
        var score = score
        score.seconds = 0
        return score
      }
    }
    return (try scores(OneRank()), try ThreadRanks.run(size) { try scores($0) })
  }

  @Test(arguments: [2, 3])
  func `sweeps and scores are those of one process`(size: Int) throws {
    let (train, test) = Self.narrow.splits
    let folder = try FeatureFolder(train: train.labeled, test: test.labeled)
    var probe = Probe()
    probe.scaling = .standard
    probe.sweep = .values([0.01, 1])
    probe.regression.maxIterations = 10
    let (alone, shared) = try scores(probe, on: folder, size: size)
    #expect(shared == Array(repeating: alone, count: size))
  }

  @Test(arguments: [2, 3, 7])
  func `votes are those of one process, however many ranks have queries`(size: Int) throws {
    var problem = Self.narrow
    problem.offset = -5
    let (train, test) = problem.splits
    let folder = try FeatureFolder(train: train.labeled, test: test.labeled)
    var probe = Probe()
    probe.method = .knn
    let (alone, shared) = try scores(probe, on: folder, size: size)
    #expect(alone.count == 2 && alone[0].top1 > 0.2)
    #expect(shared == Array(repeating: alone, count: size))
  }

  @Test func `a fold without some class is shared like the others`() throws {
    let problem = Problem(
      name: "rare", rows: 800, columns: 6, classes: 3, seed: 5, spread: 0.9)
    var (train, _) = problem.splits
    // One sample of a fourth class: the fold that has it leaves it to no other.
    train.labels[3] = 9
    let settings = LogisticRegression()
    let (features, labels) = (train.features, train.labels)
    let expected = try settings.fitCalibrated(features, labels: labels).calibrated
    #expect(Set(expected.members.map(\.model.classes.count)) == [3, 4])
    let models = try ThreadRanks.run(3) { ranks in
      try settings.fitCalibrated(features, labels: labels, sharedBy: ranks).calibrated
    }
    #expect(models == [expected, expected, expected])
  }

  /// What each of three ranks ends with.
  private func ends(
    _ fit: @escaping @Sendable (any Communicator) throws -> Void
  ) throws -> [FitError?] {
    try ThreadRanks.run(3) { ranks in
      do {
        try fit(ranks)
        return nil
      } catch let error as FitError {
        return error
      }
    }
  }

  @Test func `features that are not finite on one rank end the fit of all`() throws {
    let (train, _) = Problem.ten.splits
    var elements = (0..<train.features.rows).flatMap(train.features.row)
    elements[700] = .nan
    let broken = Features(
      rows: train.features.rows, columns: train.features.columns, elements: elements)
    let expected: [FitError] = [
      .otherRank(.failed(rank: 1)), .notFinite(samples: "training", row: 10, column: 60),
      .otherRank(.failed(rank: 1)),
    ]
    #expect(
      try ends { ranks in
        _ = try LogisticRegression().fit(
          ranks.rank == 1 ? broken : train.features, labels: train.labels, sharedBy: ranks)
      } == expected)
    #expect(
      try ends { ranks in
        _ = try LogisticRegression().fitCalibrated(
          ranks.rank == 1 ? broken : train.features, labels: train.labels, sharedBy: ranks)
      } == expected)
    #expect(expected[0].description == "rank 1 has failed")
  }

  @Test(arguments: ["train", "test"], Probe.Method.allCases)
  func `a file that one rank finds changed ends the probe of all`(
    split: String, method: Probe.Method
  ) throws {
    let (train, test) = Problem.ten.splits
    var probe = Probe()
    probe.method = method
    let fixed = probe
    try Fixture.withFolder { path in
      for rank in 0..<3 {
        try FeatureFolder(train: train.labeled, test: test.labeled).write(to: "\(path)/\(rank)")
      }
      let changed = "\(path)/2/\(split)_features.npy"
      let found = try ends { ranks in
        let folder = try FeatureFolder(mapping: "\(path)/\(ranks.rank)")
        if ranks.rank == 2 { #expect(unsafe truncate(changed, 4096) == 0) }
        _ = try fixed.evaluate(folder, sharedBy: ranks)
      }
      #expect(
        found == [
          .otherRank(.failed(rank: 2)), .otherRank(.failed(rank: 2)), .changed(path: changed),
        ])
    }
  }
}
