import Foundation
import Testing

@testable import LinearProbe

@Suite struct ProbeTests {
  static func folder(_ problem: Problem, classNames: [String]? = nil) throws -> FeatureFolder {
    var origin = FeatureDescription(encoder: "run", dataset: "problem, \"\(problem.name)\"")
    origin.model = "resnet18"
    origin.epochs = 5
    origin.classNames = classNames
    let (train, test) = problem.splits
    return try FeatureFolder(train: train.labeled, test: test.labeled, origin: origin)
  }

  @Test(arguments: Problem.all)
  func `the plain number comes with the calibrated one`(problem: Problem) throws {
    let folder = try Self.folder(problem)
    var probe = Probe()
    let plain = try probe.evaluate(folder).scores[0]
    probe.method = .calibrated
    probe.includesPlain = true
    let both = try probe.evaluate(folder).scores
    #expect(both.map(\.method) == [.calibrated, .logistic])
    #expect(abs(both[1].top1 - plain.top1) <= 0.02)
    #expect(both[0].fits.count == 5 && both[1].fits.count == 1)
    #expect(both[0].trainCount == problem.rows * 3 / 4)
  }

  @Test func `labels that number the samples are refused before a fit`() throws {
    let count = 1 << 15
    let train = LabeledFeatures(
      features: Features(rows: 2, columns: 1, elements: [1, 2] as [Float]), labels: [0, 1])
    let ones = [Float](repeating: 1, count: count)
    let test = LabeledFeatures(
      features: Features(rows: count, columns: 1, elements: ones), labels: Array(1...count))
    let folder = try FeatureFolder(train: train, test: test)
    #expect(throws: FitError.tooManyClasses(count: count + 1, most: count)) {
      try Probe().evaluate(folder)
    }
  }

  @Test func `a sweep tries its values and takes the best`() throws {
    let folder = try Self.folder(.scaled)
    var probe = Probe()
    probe.sweep = .values([10, 1e-4, 0.1])
    let (scores, probes) = try probe.evaluate(folder)
    let trials = scores[0].trials
    #expect(trials.map(\.inverseRegularization) == [1e-4, 0.1, 10])
    let best = try #require(trials.max { $0.accuracy < $1.accuracy })
    #expect(probes[0].settings.inverseRegularization == best.inverseRegularization)

    // The held-out samples are the first of ten folds; the rest alone gives the same accuracy.
    let data = try TrainingData(folder.train)
    let labels = try #require(folder.train.labels)
    let heldOut = try StratifiedFolds(data.targets, classes: data.classes, count: 10).rows[0]
    let rest = labels.indices.filter { !heldOut.contains(Int32($0)) }
    func part(_ rows: [Int]) -> Features {
      Features(
        rows: rows.count, columns: data.features.columns,
        elements: rows.flatMap { data.features.row($0) })
    }
    var settings = LogisticRegression()
    settings.inverseRegularization = 0.1
    let model = try settings.fit(part(rest), labels: rest.map { labels[$0] })
    let predictions = model.predict(part(heldOut.map(Int.init)))
    let hits = zip(predictions, heldOut).count { $0 == labels[Int($1)] }
    #expect(abs(trials[1].accuracy - Double(hits) / Double(heldOut.count)) < 1e-12)
  }

  @Test func `the known sweeps try their values`() throws {
    let folder = try Self.folder(.scaled)
    var probe = Probe()
    probe.regression.maxIterations = 5
    probe.sweep = .dinov2
    let grid = try probe.evaluate(folder).scores[0].trials.map(\.inverseRegularization)
    #expect(grid.count == 45 && grid[0] == 1e-6)
    #expect(abs(grid[44] - 1e5) < 1e-6)
    probe.sweep = .clip
    let search = try probe.evaluate(folder).scores[0].trials.map(\.inverseRegularization)
    #expect(search == search.sorted() && Set(search).count == search.count)
    #expect((11...15).contains(search.count))
  }

  @Test(arguments: Probe.Method.allCases)
  func `JSON has the promised keys`(method: Probe.Method) throws {
    var probe = Probe()
    probe.method = method
    let scores = try probe.evaluate(try Self.folder(.ten)).scores
    let text = ProbeScore.json(scores)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let promised: Set = [
      "protocol", "top1", "train_top1", "log_loss", "objective", "iterations", "status",
      "confusion_matrix", "seconds",
    ]
    #expect(promised.isSubset(of: Set(object.keys)))
    #expect(object["protocol"] as? String == method.rawValue)
    #expect(object["top1"] as? Double == scores[0].top1)
    #expect(text.hasSuffix("\n") && !text.dropLast().contains("\n"))
    #expect((object["others"] as? [Any])?.count == (method == .knn ? 1 : nil))
  }

  @Test func `classes of fewer samples than folds are told of`() throws {
    let train = CalibratedModelTests.few(.ten, [3: 4, 8: 1]).labeled
    let folder = try FeatureFolder(train: train, test: Problem.ten.splits.test.labeled)
    var probe = Probe()
    probe.method = .calibrated
    probe.includesPlain = true
    let scores = try probe.evaluate(folder).scores
    #expect(scores.map(\.sparseClasses) == [[3, 8], []])
    #expect(scores[0].warnings.contains { $0.hasSuffix("classes 3, 8") })
  }

  @Test func `a fit that takes no step is not called converged`() throws {
    let (train, test) = Problem.two.splits
    func tiny(_ split: Problem.Split) -> LabeledFeatures {
      let elements = (0..<split.features.rows).flatMap { split.features.row($0).map { $0 * 1e-9 } }
      return LabeledFeatures(
        features: Features(
          rows: split.features.rows, columns: split.features.columns, elements: elements),
        labels: split.labels)
    }
    var probe = Probe()
    probe.regression.fitsIntercept = false
    let folder = try FeatureFolder(train: tiny(train), test: tiny(test))
    let score = try probe.evaluate(folder).scores[0]
    #expect(score.iterations == 0 && score.status == .stayedAtStart)
    #expect(
      score.fitWarning?.contains("took no step") == true && score.warnings.first == score.fitWarning
    )
    probe.scaling = .standard
    let scaled = try probe.evaluate(folder).scores[0]
    #expect(scaled.status == .converged && scaled.fitWarning == nil)
  }

  @Test func `a fit that cannot move is not called converged`() throws {
    let (train, test) = Problem.two.splits
    func huge(_ split: Problem.Split) -> LabeledFeatures {
      let elements = (0..<split.features.rows).flatMap {
        split.features.row($0).map { $0 * 1e160 }
      }
      return LabeledFeatures(
        features: Features(
          rows: split.features.rows, columns: split.features.columns, elements: elements),
        labels: split.labels)
    }
    let score = try Probe().evaluate(FeatureFolder(train: huge(train), test: huge(test))).scores[0]
    #expect(score.iterations == 0 && score.status == .lineSearchFailed)
    #expect(score.fitWarning?.contains("no step lowers the objective") == true)
  }

  @Test func `the table has the reference's columns in each format`() throws {
    var scores = try Probe().evaluate(try Self.folder(.two)).scores
    scores[0].version = "1.0"
    let table = AccuracyTable(scores)
    let top1 = String(format: "%.2f", 100 * scores[0].top1)
    #expect(
      table.rendered(as: .text) == """
        Evaluation model    Dataset         Feature extractor  Encoder   Feature dim  Projection head dim  Epochs  Top-1 %
        ------------------  --------------  -----------------  --------  -----------  -------------------  ------  -------
        LogisticRegression  problem, "two"  ReLIC              resnet18            8                    -       5    \(top1)

        """)
    #expect(
      table.rendered(as: .csv) == """
        Evaluation model,Dataset,Feature extractor,Encoder,Feature dim,Projection head dim,Epochs,Top-1 %
        LogisticRegression,"problem, ""two""\",ReLIC,resnet18,8,-,5,\(top1)

        """)
    let markdown = table.rendered(as: .markdown).split(separator: "\n")
    #expect(markdown.count == 3 && Set(markdown.map(\.count)).count == 1)
    #expect(markdown[1].hasPrefix("| -") && markdown[1].hasSuffix("-: |"))
    let rows = try JSONSerialization.jsonObject(with: Data(table.rendered(as: .json).utf8))
    let row = try #require((rows as? [[String: Any]])?.first)
    #expect(row["version"] as? String == "1.0" && row["blas_core"] is String)
  }

  @Test func `a table of several runs says whose each row is`() throws {
    var folder = try Self.folder(.two)
    func score(_ encoder: String) throws -> ProbeScore {
      folder.origin?.encoder = encoder
      return try Probe().evaluate(folder).scores[0]
    }
    let one = try [score("raw pixels"), score("random"), score("runs/a")]
    for format in [AccuracyTable.Format.text, .markdown, .csv] {
      #expect(!AccuracyTable(one).rendered(as: format).contains("Run"))
    }
    let lines = try AccuracyTable(one + [score("runs/b")]).rendered(as: .csv).split(separator: "\n")
    #expect(lines[0].hasPrefix("Run,Evaluation model,"))
    #expect(
      lines.dropFirst().map { $0.prefix { $0 != "," } } == ["-", "-", "runs/a", "runs/b"])
  }

  @Test func `what cannot be scored is refused`() throws {
    let train = LabeledFeatures(
      features: Features(rows: 2, columns: 1, elements: [0, 1] as [Float]), labels: [0, 1])
    let broken = LabeledFeatures(
      features: Features(rows: 1, columns: 1, elements: [.nan] as [Float]), labels: [0])
    let none = LabeledFeatures(
      features: Features(rows: 0, columns: 1, elements: [] as [Float]), labels: [])
    var probe = Probe()
    for method in [Probe.Method.logistic, .knn] {
      probe.method = method
      #expect(throws: FitError.notFinite(samples: "test", row: 0, column: 0)) {
        try probe.evaluate(
          FeatureFolder(train: train, test: broken),
          progress: { _ in Issue.record("a fit came before the look at the test samples") })
      }
      #expect(throws: FitError.noTestSamples) {
        try probe.evaluate(FeatureFolder(train: train, test: none))
      }
    }
    let unlabeled = LabeledFeatures(features: train.features, labels: nil)
    for method in [Probe.Method.logistic, .knn] {
      probe.method = method
      #expect(throws: FitError.noLabels(samples: "training")) {
        try probe.evaluate(FeatureFolder(train: unlabeled, test: train))
      }
      #expect(throws: FitError.noLabels(samples: "test")) {
        try probe.evaluate(FeatureFolder(train: train, test: unlabeled))
      }
    }
    #expect(throws: FitError.noLabels(samples: "training")) { try Probe().fit(unlabeled) }
    let fitted = try Probe().fit(train)[0]
    #expect(throws: FitError.widthMismatch(expected: 1, found: 2)) {
      try fitted.probabilities(Features(rows: 1, columns: 2, elements: [0, 0] as [Float]))
    }
  }
}
