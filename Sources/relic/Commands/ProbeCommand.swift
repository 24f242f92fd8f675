internal import LinearProbe
internal import RelicNN

/// `relic probe`: scores features on disk.
struct ProbeCommand: ProbingCommand, SharedCommand {
  static let name = "probe"
  static let summary = "score features on disk by a linear probe or by nearest neighbours"
  static let discussion = """
    Fits a classifier to training features and scores it on test features, from a folder that
    'relic extract' has written or from any .npy files of numbers and integer labels.

      relic probe runs/cifar10/features --protocol calibrated --plain
      relic probe --train-features x.npy --train-labels y.npy \\
        --test-features u.npy --test-labels v.npy --json

    logistic    scikit-learn's LogisticRegression
    calibrated  its CalibratedClassifierCV of five such, the protocol of the published numbers
    knn         votes of the 20 and of the 200 most similar training samples
    """
  static let operandPlaceholder: String? = "[DIR]"
  static let options: [OptionGroup<ProbeCommand>] = [
    OptionGroup(
      "Features",
      [
        .value("--train-features", sets: \.files.trainFeatures, as: "FILE", "[samples, features]"),
        .value("--train-labels", sets: \.files.trainLabels, as: "FILE", "[samples], integers"),
        .value("--test-features", sets: \.files.testFeatures, as: "FILE", "[samples, features]"),
        .value("--test-labels", sets: \.files.testLabels, as: "FILE", "[samples], integers"),
      ]),
    scoringOptions,
    OptionGroup(
      "Output",
      [
        .choice("--format", sets: \.format, as: "NAME", "layout of the table"),
        .flag("--json", sets: \.printsJSON, "the same as '--format json'"),
        .flag("--report", sets: \.printsReport, "print scores by class and the confusion matrix"),
        .value("--save", sets: \.savePath, as: "DIR", "keep the fitted probe for 'relic predict'"),
      ]),
  ]

  var files = FeatureFiles()
  var scoring = ProbeOptions()
  var format = AccuracyTable.Format.text
  var printsJSON = false
  var printsReport = false
  var savePath: String?
  var ranks: any Communicator = OneRank()
  var common = CommonSettings()

  func run(_ console: Console) throws {
    try refuseIdleScoring()
    if printsJSON || format == .json || format == .csv {
      try refuse("--report", because: "is text, and the table is for another program")
    }
    let probe = scoring.complete
    if probe.method == .knn, savePath != nil {
      throw UsageError.conflict(
        "a vote of neighbours is not fitted", remedy: "leave out --save or change --protocol")
    }
    let folder = try ranks.agreed(Result { try readFolder() })
    let source = files.name(operands: common.operands)
    try compareRanks(folder, from: source)
    let printsJSON = printsJSON || format == .json
    var (scores, probes) = try ProbeRun(
      probe: probe, isSilent: printsJSON, console: console.forProgress, ranks: ranks
    ).evaluate(folder, from: source)
    guard ranks.rank == 0 else { return }
    if printsJSON {
      console.write(ProbeScore.json(scores))
    } else {
      write(scores, classes: Set(folder.train.labels ?? []).count, console)
    }
    if let savePath {
      probes[0].classNames = folder.origin?.classNames
      probes[0].origin = folder.origin
      try probes[0].write(to: savePath)
    }
  }

  /// Reads the features, and looks whether there is a place for what is to be saved.
  private func readFolder() throws -> FeatureFolder {
    let folder = try files.folder(
      operands: common.operands, help: "relic \(Self.name) --help")
    if let savePath, ranks.rank == 0 { try OutputFolder.check(savePath, option: "--save") }
    return folder
  }

  /// Refuses ranks that would not fit the same probe.
  private func compareRanks(_ folder: FeatureFolder, from source: String) throws {
    guard ranks.size > 1 else { return }
    var traits = RankTraits()
    for option in Self.scoringOptions.options {
      traits.add(
        "'\(option.name)'", option.get(self) ?? "left out",
        remedy: "give every rank the same options")
    }
    traits.add(folder.train, called: "training", from: source)
    traits.add(folder.test, called: "test", from: source)
    try traits.compare(ranks)
  }

  private func write(_ scores: [ProbeScore], classes: Int, _ console: Console) {
    let layout = TextTable.Format(rawValue: format.rawValue) ?? .text
    let sizes = scores[0]
    // What is no table would be in the way of a program that reads one.
    if layout != .csv {
      console.line(
        "\(sizes.trainCount) training and \(sizes.testCount) test samples of "
          + "\(sizes.featureDimension.counted("feature")), "
          + "\(classes) classes\n")
    }
    var table = TextTable([
      "Evaluation model", "top-1 %", "train top-1 %", "log-loss", "C", "iterations", "end",
      "seconds",
    ])
    for score in scores {
      table.rows.append([
        score.modelName, (100 * score.top1).fixed(2),
        score.trainTop1.map { (100 * $0).fixed(2) } ?? "-", score.logLoss.fixed(4),
        score.settings.map { $0.inverseRegularization.argument } ?? "-",
        score.iterations.map { "\($0)" } ?? "-", score.status?.rawValue ?? "-",
        score.seconds.fixed(2),
      ])
    }
    console.write(table.rendered(as: layout))
    for score in scores where printsReport {
      console.write(
        data: "\n\(score.modelName)\n\n\(score.report.text)\n\(score.confusionMatrix.text)\n")
    }
    for score in scores {
      for warning in Remedies.warnings(of: score) {
        console.writeError("warning: \(score.modelName): \(warning)\n")
      }
    }
  }
}
