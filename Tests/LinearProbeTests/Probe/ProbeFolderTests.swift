import Foundation
import Testing

@testable import LinearProbe

@Suite struct ProbeFolderTests {
  @Test(arguments: Problem.all, [Probe.Method.logistic, .calibrated])
  func `a probe that was saved and loaded is the same to the bit`(
    problem: Problem, method: Probe.Method
  ) throws {
    var probe = Probe()
    probe.method = method
    probe.scaling = method == .logistic ? .standard : .unit
    var fitted = try probe.fit(problem.splits.train.labeled)[0]
    fitted.classNames = ["a", "b"]
    try Fixture.withFolder { folder in
      try fitted.write(to: "\(folder)/probe")
      let loaded = try FittedProbe(contentsOf: "\(folder)/probe")
      #expect(loaded == fitted)
      let features = problem.splits.test.features
      #expect(try loaded.probabilities(features) == fitted.probabilities(features))
    }
  }

  @Test func `models of fewer classes than their probe are kept`() throws {
    let train = CalibratedModelTests.few(.ten, [3: 1, 5: 2])
    var probe = Probe()
    probe.method = .calibrated
    let fitted = try probe.fit(train.labeled)[0]
    #expect(Set(fitted.models.map(\.classes.count)) == [9, 10])
    try Fixture.withFolder { folder in
      try fitted.write(to: "\(folder)/probe")
      let read = try FittedProbe(contentsOf: "\(folder)/probe")
      #expect(read == fitted && read.classes.count == 10)
      let path = URL(fileURLWithPath: "\(folder)/probe/probe.json")
      let text = try String(contentsOf: path, encoding: .utf8)
      let key = try #require(text.firstRange(of: "\"fit_classes\""))
      let wrong = text.replacingCharacters(in: key, with: "\"fit_classes\" : [[0, 1]], \"x\"")
      try Data(wrong.utf8).write(to: path)
      #expect(throws: FeatureError.badContent(path: path.path, reason: "fit_classes are wrong")) {
        try FittedProbe(contentsOf: "\(folder)/probe")
      }
    }
  }

  @Test(arguments: [
    ("\"feature_dim\" : 5", "\"feature_dim\" : 6"),
    ("\"feature_dim\" : 5", "\"feature_dim\" : 9223372036854775807"),
    ("\"feature_dim\" : 5", "\"feature_dim\" : -1"),
    ("\"protocol\" : \"logistic\"", "\"protocol\" : \"knn\""),
    ("\"protocol\" : \"logistic\"", "\"protocol\" : \"calibrated\""),
    ("\"format\" : 1", "\"format\" : 2"),
    ("-3,", "2,"),
    ("\"scaling\" : \"none\"", "\"scaling\" : \"standard\""),
    ("{", ""),
  ])
  func `a header that does not fit is refused`(old: String, new: String) throws {
    let fitted = try Probe().fit(Problem.scaled.splits.train.labeled)[0]
    try Fixture.withFolder { folder in
      try fitted.write(to: folder)
      let path = URL(fileURLWithPath: "\(folder)/probe.json")
      let text = try String(contentsOf: path, encoding: .utf8)
      let changed = text.replacing(old, with: new)
      #expect(changed != text)
      try Data(changed.utf8).write(to: path)
      #expect(throws: FeatureError.self) { try FittedProbe(contentsOf: folder) }
    }
  }

  @Test func `a probe that replaces another leaves nothing of it`() throws {
    var probe = Probe()
    probe.method = .calibrated
    probe.scaling = .standard
    try Fixture.withFolder { folder in
      try probe.fit(Problem.two.splits.train.labeled)[0].write(to: folder)
      try Probe().fit(Problem.two.splits.train.labeled)[0].write(to: folder)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "parameters.npy", "probe.json",
        ])
    }
  }

  @Test func `a fit that ended without a finite objective is kept`() throws {
    let report = LogisticModel.Report(
      status: .lineSearchFailed, iterations: 0, objective: .nan, gradientMaximum: .infinity)
    let model = LogisticModel(
      classes: [0, 1], weights: Matrix(rows: 1, columns: 2), intercepts: [0], report: report)
    let fitted = FittedProbe(
      scaling: FittedScaling(kind: .none, means: [], deviations: []),
      classifier: .logistic(model), settings: LogisticRegression(), trials: [])
    try Fixture.withFolder { folder in
      try fitted.write(to: folder)
      let text = try String(contentsOfFile: "\(folder)/probe.json", encoding: .utf8)
      #expect(text.contains("\"objective\" : \"NaN\""))
      #expect(text.contains("\"gradient_max\" : \"Infinity\""))
      let read = try FittedProbe(contentsOf: folder).reports[0]
      #expect(read.objective.isNaN && read.gradientMaximum == .infinity)
    }
  }

  @Test func `parameters that are not finite are refused`() throws {
    let fitted = try Probe().fit(Problem.two.splits.train.labeled)[0]
    try Fixture.withFolder { folder in
      try fitted.write(to: folder)
      let broken = Array(repeating: Double.nan, count: 9)
      try NPYArray(shape: [1, 1, 9], elements: .float64(broken)).write(
        to: "\(folder)/parameters.npy")
      #expect(throws: FeatureError.self) { try FittedProbe(contentsOf: folder) }
    }
  }
}
