/// How well a probe classifies, with the settings and data that the figures depend on.
public struct ProbeScore: Equatable, Sendable {
  /// How the features were judged.
  public let method: Probe.Method
  /// The share of test samples whose class was predicted.
  public let top1: Double
  /// The share of training samples whose class was predicted; nil for votes of neighbours.
  public internal(set) var trainTop1: Double?
  /// The mean of -log(p) of the test samples' classes.
  public let logLoss: Double
  /// The objective at the end, the mean over folds; nil for votes of neighbours.
  public internal(set) var objective: Double?
  /// Iterations used, the most of any fold; nil for votes of neighbours.
  public internal(set) var iterations: Int?
  /// How the fit ended, the worst end of any fold; nil for votes of neighbours.
  public internal(set) var status: FitStatus?
  /// How often each class was predicted for test samples of each class.
  public let confusionMatrix: ConfusionMatrix
  /// Names of the classes by label, where they are known.
  public let classNames: [String]?
  /// Seconds for fitting and scoring, without reading files.
  public internal(set) var seconds = 0.0
  /// Training samples.
  public let trainCount: Int
  /// Test samples.
  public let testCount: Int
  /// Features per sample.
  public let featureDimension: Int
  /// The settings of the fit; nil for votes of neighbours.
  public internal(set) var settings: LogisticRegression?
  /// How each fit went: one, or one per fold.
  public internal(set) var fits: [LogisticModel.Report] = []
  /// The values of C a sweep has tried.
  public internal(set) var trials: [RegularizationSweep.Trial] = []
  /// The settings of the vote; nil for logistic regressions.
  public internal(set) var neighbors: NearestNeighbors?
  /// Classes of which a calibrated probe has fewer training samples than folds, ascending.
  public internal(set) var sparseClasses: [Int] = []
  /// What was done to features first.
  public internal(set) var scaling = FeatureScaling.none
  /// How the features were made, where it is known.
  public let origin: FeatureDescription?
  /// The version of the program that scored.
  package(set) public var version: String?
  /// The kernel family of the BLAS in use.
  public let blasCore: String

  init(
    method: Probe.Method, folder: FeatureFolder, truth: [Int], judgement: Judgement
  ) {
    self.method = method
    let confusion = ConfusionMatrix(truth: truth, predictions: judgement.predictions)
    top1 = confusion.accuracy
    logLoss = LinearProbe.logLoss(ofLikelihoods: judgement.likelihoods)
    confusionMatrix = confusion
    classNames = folder.origin?.classNames
    trainCount = folder.train.features.rows
    testCount = folder.test.features.rows
    featureDimension = folder.train.features.columns
    origin = folder.origin
    blasCore = BLAS.core
  }

  /// Adds how the probe's fits went.
  mutating func describe(_ probe: FittedProbe) {
    fits = probe.reports
    objective = fits.reduce(0) { $0 + $1.objective } / Double(max(fits.count, 1))
    iterations = fits.map(\.iterations).max()
    let order: [FitStatus] = [.lineSearchFailed, .stayedAtStart, .iterationLimit, .converged]
    status = order.first { status in fits.contains { $0.status == status } }
    settings = probe.settings
    trials = probe.trials
  }

  /// Precision, recall and f1 of each class.
  public var report: ClassificationReport {
    ClassificationReport(confusionMatrix, classNames: classNames)
  }

  /// What a reader of the number should know: the fit's end and undefined scores.
  public var warnings: [String] {
    (fitWarning.map { [$0] } ?? []) + sampleWarnings
  }

  /// What a reader should know of a fit that did not converge.
  package var fitWarning: String? {
    switch status {
    case .iterationLimit:
      "the fit has not converged after \(iterations ?? 0) "
        + "\(iterations == 1 ? "iteration" : "iterations") "
        + "(the published rows' did not either)"
    case .lineSearchFailed:
      "the fit ended early, no step lowers the objective"
    case .stayedAtStart:
      "the fit took no step, its first gradient is within the tolerance: the score says nothing "
        + "about the features"
    case .converged, nil: nil
    }
  }

  /// What a reader should know of the samples.
  package var sampleWarnings: [String] {
    let sparse =
      sparseClasses.isEmpty
      ? []
      : [
        "fewer training samples than folds, so that some folds calibrate without them: classes "
          + sparseClasses.map(String.init).joined(separator: ", ")
      ]
    return sparse + report.warnings
  }
}
