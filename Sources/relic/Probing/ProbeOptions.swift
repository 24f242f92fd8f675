internal import LinearProbe

/// A probe as its user sets it.
struct ProbeOptions: Equatable {
  /// A sweep of C.
  enum Sweep: String, CaseIterable {
    case none
    case dinov2
    case clip
  }

  var probe = Probe()
  var neighbors: Int?
  var temperature: Double?
  var sweep = Sweep.none

  /// The probe with its vote and its sweep.
  var complete: Probe {
    var probe = probe
    if neighbors != nil || temperature != nil {
      let usual = NearestNeighbors.standard[0]
      probe.neighbors = [
        NearestNeighbors(
          neighbors: neighbors ?? usual.neighbors, temperature: temperature ?? usual.temperature)
      ]
    }
    probe.sweep =
      switch sweep {
      case .none: nil
      case .dinov2: .dinov2
      case .clip: .clip
      }
    return probe
  }
}

/// A command that fits a probe.
protocol ProbingCommand: Command {
  /// The probe to fit.
  var scoring: ProbeOptions { get set }
  /// The layout of the table of scores.
  var format: AccuracyTable.Format { get }
  /// Whether that is JSON whatever the format says.
  var printsJSON: Bool { get }
}

extension ProbingCommand {
  /// Refuses options of another protocol or layout than the one that was chosen.
  func refuseIdleScoring() throws(UsageError) {
    if printsJSON, format != .json { try refuse("--format", because: "is given beside '--json'") }
    switch scoring.probe.method {
    case .knn:
      try refuse(
        "--plain", "--C", "--sweep", "--max-iter", "--tol", "--fit-intercept", "--class-weight",
        "--convention", "--solver", "--fit-precision",
        because: "is for logistic regressions, not for '--protocol knn'")
    case .logistic, .calibrated:
      if scoring.probe.method == .logistic {
        try refuse("--plain", because: "is for '--protocol calibrated', and this fit is plain")
      }
      try refuse("--neighbors", "--temperature", because: "is for '--protocol knn'")
      if scoring.sweep != .none { try refuse("--C", because: "is what '--sweep' chooses") }
    }
  }

  /// The options that set the probe.
  static var scoringOptions: OptionGroup<Self> {
    OptionGroup("Probe", [method, plain] + regressionOptions + voteOptions)
  }

  private static var method: Option<Self> {
    .choice("--protocol", sets: \.scoring.probe.method, as: "NAME", "how to score")
  }

  private static var plain: Option<Self> {
    .flag(
      "--plain", sets: \.scoring.probe.includesPlain,
      "with 'calibrated': score the plain fit, too, from the same passes")
  }

  private static var regressionOptions: [Option<Self>] {
    [
      .value(
        "--C", "-C", sets: \.scoring.probe.regression.inverseRegularization, as: "X", above: 0,
        "inverse strength of the L2 penalty"),
      .choice(
        "--sweep", sets: \.scoring.sweep, as: "NAME",
        "choose C on a held-out tenth of the training samples, from the values of DINOv2 "
          + "(45 from 1e-6 to 1e5) or by the search of CLIP (use --max-iter 1000)"),
      .value(
        "--max-iter", sets: \.scoring.probe.regression.maxIterations, as: "N", from: 1,
        "iterations permitted"),
      .value(
        "--tol", sets: \.scoring.probe.regression.tolerance, as: "X", above: 0,
        "largest gradient at which the fit has converged"),
      .flag(
        "--fit-intercept", sets: \.scoring.probe.regression.fitsIntercept,
        "fit intercepts (the default; --fit-intercept=false leaves them out)"),
      .choice(
        "--class-weight", sets: \.scoring.probe.regression.classWeight, as: "NAME",
        "whether samples or classes count alike"),
      .choice(
        "--convention", sets: \.scoring.probe.regression.convention, as: "NAME",
        "scaling and stopping as scikit-learn has them since 1.4, or had them until 1.3"),
      .choice(
        "--solver", sets: \.scoring.probe.regression.solver, as: "NAME",
        "scikit-learn's steps, or those of decorrelated features, fewer to the same optimum"),
      .choice(
        "--fit-precision", sets: \.scoring.probe.regression.precision, as: "NAME",
        "what products of the fit multiply; float32 is faster, with sums in float64"),
    ]
  }

  private static var voteOptions: [Option<Self>] {
    [
      .value(
        "--neighbors", sets: \.scoring.neighbors, as: "N", from: 1, to: 5_000,
        "with 'knn': the samples that vote, in place of 20 and of 200"),
      .value(
        "--temperature", sets: \.scoring.temperature, as: "X", above: 0,
        "with 'knn': how slowly votes lose weight (default: 0.07)"),
      .choice(
        "--scale", sets: \.scoring.probe.scaling, as: "NAME",
        "first bring each feature to mean 0 and variance 1, or each sample to length 1"),
    ]
  }
}
