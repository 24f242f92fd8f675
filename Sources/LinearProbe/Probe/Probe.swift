/// An evaluation of features by a simple classifier on top of them.
public struct Probe: Equatable, Sendable {
  /// How features are judged.
  public enum Method: String, Codable, CaseIterable, Sendable {
    /// Multinomial logistic regression.
    case logistic
    /// Five logistic regressions, calibrated and averaged: the protocol of the published rows.
    case calibrated
    /// Votes of the nearest training samples.
    case knn
  }

  /// How features are judged.
  public var method = Method.logistic
  /// The settings of the logistic regressions.
  public var regression = LogisticRegression()
  /// Which values of C are tried first; nil for the one in `regression`.
  public var sweep: RegularizationSweep?
  /// Whether a calibrated probe is accompanied by the plain one, fitted in the same passes.
  public var includesPlain = false
  /// The settings of the votes, each scored on its own.
  public var neighbors = NearestNeighbors.standard
  /// What is done to features first.
  public var scaling = FeatureScaling.none

  /// The most different labels that are scored.
  private static let mostClasses = 1 << 15

  /// Creates a plain logistic regression with scikit-learn's default settings.
  public init() {}

  /// Fits the probe to labelled samples.
  ///
  /// - Parameters:
  ///   - train: The samples.
  ///   - ranks: Those that share the passes over the samples; every one gives the same samples and
  ///     gets the same probes, those of one process to the bit.
  ///   - progress: Called after every iteration of each of the fits.
  /// - Returns: The probe of the method and, if it is included, the plain one.
  /// - Throws: If settings or data do not allow a fit.
  public func fit(
    _ train: LabeledFeatures, sharedBy ranks: any RankGroup = OneRank(),
    progress: (LogisticRegression.Progress) -> Void = { _ in }
  ) throws(FitError) -> [FittedProbe] {
    precondition(method != .knn, "a vote of neighbours is not fitted")
    let (data, scaling, scaled) = try ranks.agreed { () throws(FitError) in
      try regression.check()
      let data = try TrainingData(train)
      let scaling = FittedScaling(self.scaling, from: train.features)
      let scaled = try scaling(train.features, called: "training")
      try regression.checkRange(of: scaled)
      return (data, scaling, scaled)
    }
    let labels = try train.labels(of: "training")
    var settings = regression
    var trials: [RegularizationSweep.Trial] = []
    if let sweep {
      trials = try sweep.trials(
        settings, data.with(scaled), sharedBy: ranks, progress: progress)
      settings.inverseRegularization = RegularizationSweep.best(trials).inverseRegularization
    }
    func probe(_ classifier: FittedProbe.Classifier) -> FittedProbe {
      FittedProbe(scaling: scaling, classifier: classifier, settings: settings, trials: trials)
    }
    if method == .logistic {
      let model = try settings.fit(
        scaled, labels: labels, sharedBy: ranks, progress: progress)
      return [probe(.logistic(model))]
    }
    let (calibrated, plain) = try settings.fitCalibrated(
      scaled, labels: labels, includingPlain: includesPlain, sharedBy: ranks,
      progress: progress)
    return [probe(.calibrated(calibrated))] + (plain.map { [probe(.logistic($0))] } ?? [])
  }

  /// Fits the probe to one split of a data set and scores it on the other.
  ///
  /// - Parameters:
  ///   - folder: The features of both splits.
  ///   - ranks: Those that share the passes of the fit, or the queries of a vote; every one gives the
  ///     same samples and gets the same scores, those of one process to the bit.
  ///   - progress: Called after every iteration of each of the fits.
  /// - Returns: One score per setting of a vote; otherwise that of the method and, if it is
  ///   included, that of the plain probe. With it the fitted probes, of which a vote has none.
  /// - Throws: If settings or data do not allow a fit.
  public func evaluate(
    _ folder: FeatureFolder, sharedBy ranks: any RankGroup = OneRank(),
    progress: (LogisticRegression.Progress) -> Void = { _ in }
  ) throws(FitError) -> (scores: [ProbeScore], probes: [FittedProbe]) {
    try evaluate(folder, sharedBy: ranks, progress: progress, answered: { _ in })
  }

  /// The same; `answered` is told now and then for how many samples neighbours have voted.
  package func evaluate(
    _ folder: FeatureFolder, sharedBy ranks: any RankGroup,
    progress: (LogisticRegression.Progress) -> Void, answered: (Int) -> Void
  ) throws(FitError) -> (scores: [ProbeScore], probes: [FittedProbe]) {
    let trainLabels = try folder.train.labels(of: "training")
    let truth = try folder.test.labels(of: "test")
    let known = Set(trainLabels)
    guard !known.isEmpty else { throw .noSamples }
    guard !truth.isEmpty else { throw .noTestSamples }
    guard truth.contains(where: known.contains) else { throw .noCommonClass }
    // The confusion matrix has a row and a column for each that occurs or is predicted.
    let classes = min(known.union(truth).count, Set(truth).count + truth.count)
    guard classes <= Self.mostClasses else {
      throw .tooManyClasses(count: classes, most: Self.mostClasses)
    }
    // Before a fit that may take long.
    try ranks.agreed { () throws(FitError) in
      if let (row, column) = folder.test.features.firstNonFinite {
        throw .notFinite(samples: "test", row: row, column: column)
      }
    }
    let start = ContinuousClock.now
    if method == .knn {
      return (try scoreNeighbors(folder, truth: truth, sharedBy: ranks, since: start, answered), [])
    }
    var scores: [ProbeScore] = []
    let probes = try fit(folder.train, sharedBy: ranks, progress: progress)
    for probe in probes {
      let (own, judgement) = try ranks.agreed { () throws(FitError) in
        (
          try probe.judge(folder.train, called: "training"),
          try probe.judge(folder.test, called: "test")
        )
      }
      var score = ProbeScore(
        method: probe.method, folder: folder, truth: truth, judgement: judgement)
      let hits = zip(own.predictions, trainLabels).count { $0 == $1 }
      score.trainTop1 = Double(hits) / Double(trainLabels.count)
      score.describe(probe)
      if probe.method == .calibrated {
        let counts = Dictionary(trainLabels.map { ($0, 1) }, uniquingKeysWith: +)
        score.sparseClasses = probe.classes.filter {
          counts[$0, default: 0] < LogisticRegression.foldCount
        }
      }
      score.scaling = scaling
      score.seconds = start.duration(to: .now) / .seconds(1)
      scores.append(score)
    }
    return (scores, probes)
  }

  private func scoreNeighbors(
    _ folder: FeatureFolder, truth: [Int], sharedBy ranks: any RankGroup,
    since start: ContinuousClock.Instant, _ answered: (Int) -> Void
  ) throws(FitError) -> [ProbeScore] {
    for setting in neighbors { try setting.check() }
    let (data, samples, queries) = try ranks.agreed { () throws(FitError) in
      let data = try TrainingData(folder.train)
      let scaling = FittedScaling(self.scaling, from: folder.train.features)
      return (
        data, try scaling(folder.train.features, called: "training"),
        try scaling(folder.test.features, called: "test")
      )
    }
    let own = ranks.queries(of: queries.rows)[ranks.rank]
    let neighborhoods = Neighborhoods(
      own.count == queries.rows ? queries : queries.samples(Array(own)), among: samples,
      count: neighbors.map(\.neighbors).max() ?? 0,
      progress: { answered(min(queries.rows, $0 * ranks.size)) })
    try ranks.agreed { () throws(FitError) in
      for split in [folder.train, folder.test] { try split.features.checkUnchanged() }
    }
    return neighbors.map { setting in
      var score = ProbeScore(
        method: .knn, folder: folder, truth: truth,
        judgement: ranks.joined(
          setting.judge(neighborhoods, of: data, truth: Array(truth[own]))))
      score.neighbors = setting
      score.scaling = self.scaling
      score.seconds = start.duration(to: .now) / .seconds(1)
      return score
    }
  }
}
