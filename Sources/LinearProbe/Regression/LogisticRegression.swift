/// Multinomial logistic regression with an L2 penalty, fitted by L-BFGS from zero.
///
/// Equal to `sklearn.linear_model.LogisticRegression(solver="lbfgs")`: for three and more classes
/// the softmax loss, for two the binary one with a single row of weights.
public struct LogisticRegression: Codable, Equatable, Sendable {
  /// The scaling and the stopping rules of a scikit-learn version.
  public enum Convention: String, Codable, CaseIterable, Sendable {
    /// Since 1.4: the mean cross-entropy, stopped late.
    case current
    /// Until 1.3: the summed cross-entropy, stopped by SciPy's defaults.
    case scikitLearn13 = "sklearn-1.3"
  }

  /// How much samples count by their class.
  public enum ClassWeight: String, Codable, CaseIterable, Sendable {
    /// All samples count alike.
    case uniform
    /// Samples count `n / (classes * samples of their class)`, so that all classes count alike.
    case balanced
  }

  /// C, the inverse strength of the penalty `|W|² / (2 C)` beside the summed cross-entropy.
  public var inverseRegularization = 1.0
  /// Iterations permitted; using them up is a status, not an error.
  public var maxIterations = 100
  /// Converged when no element of the gradient is larger.
  public var tolerance = 1e-4
  /// Whether intercepts, which are not penalised, are fitted; otherwise they are 0.
  public var fitsIntercept = true
  /// How much samples count by their class.
  public var classWeight = ClassWeight.uniform
  /// The scaling and the stopping rules.
  public var convention = Convention.current
  /// What products multiply.
  public var precision = Precision.float64
  /// How the optimum is looked for.
  public var solver = Solver.lbfgs

  /// Creates scikit-learn's default settings.
  public init() {}

  /// One iteration of a fit, as it is reported while the fit goes on.
  public struct Progress: Sendable {
    /// The fit among those that run together, counted from 0.
    public let fit: Int
    /// The iteration just finished, counted from 1.
    public let iteration: Int
    /// The objective after it.
    public let objective: Double
  }

  /// Fits a model to one label per sample.
  ///
  /// - Parameters:
  ///   - features: The samples.
  ///   - labels: The samples' classes, any integers.
  ///   - ranks: Those that share the passes over the samples; every one gives the same samples and
  ///     gets the same model, that of one process to the bit.
  ///   - progress: Called after every iteration.
  /// - Returns: The model, with a report of how the fit went.
  /// - Throws: If settings or data do not allow a fit.
  public func fit(
    _ features: Features, labels: [Int], sharedBy ranks: any RankGroup = OneRank(),
    progress: (Progress) -> Void = { _ in }
  ) throws(FitError) -> LogisticModel {
    let data = try ranks.agreed { () throws(FitError) in
      let data = try TrainingData(features, labels: labels)
      try check()
      try checkRange(of: features)
      return data
    }
    let all = [Array(0..<Int32(features.rows))]
    let run = Run(inverseRegularization: inverseRegularization)
    return try fitTogether(
      data, groups: all, runs: [run], sharedBy: ranks, progress: progress)[0]
  }

  /// Refuses settings that no fit can use.
  func check() throws(FitError) {
    guard inverseRegularization > 0, inverseRegularization.isFinite else {
      throw .badSetting(name: "C", value: "\(inverseRegularization)", range: "a positive number")
    }
    guard tolerance > 0, tolerance.isFinite else {
      throw .badSetting(name: "tolerance", value: "\(tolerance)", range: "a positive number")
    }
    guard maxIterations > 0 else {
      throw .badSetting(
        name: "iteration limit", value: "\(maxIterations)", range: "a positive integer")
    }
  }

  /// Refuses samples to fit that products in single precision would take for infinite.
  func checkRange(of features: Features) throws(FitError) {
    guard precision == .float32, let (row, column) = features.firstBeyondSingle else { return }
    throw .beyondSingle(
      samples: "training", row: row, column: column, value: features[row, column])
  }

  /// What sets one fit apart from others that run together.
  struct Run {
    /// The group of samples that it does not see.
    var excludedGroup: Int?
    /// C.
    var inverseRegularization: Double
  }

  /// Fits one model per run; every pass over the samples serves all that need an evaluation.
  func fitTogether(
    _ data: TrainingData, groups: [[Int32]], runs: [Run], sharedBy ranks: any RankGroup,
    progress: (Progress) -> Void
  ) throws(FitError) -> [LogisticModel] {
    if runs.isEmpty { return [] }
    let problems = runs.map { problem(data, groups: groups, $0) }
    // What stands before the mean cross-entropy.
    let factors = problems.map { $0.scale * Double(data.features.rows) }
    let penalties = zip(problems, factors).map { $0.penalty / $1 }
    let shared = try ranks.agreed { () throws(FitError) in
      try whitenedSpaces(data, runs, penalties: penalties)
    }
    let spaces = runs.map { shared[$0.inverseRegularization] }
    let objective = SharedObjective(
      features: data.features, targets: data.targets, groups: groups, classes: data.classes.count,
      problems: problems, fitsIntercept: fitsIntercept, precision: precision, sharedBy: ranks)
    let start = Array(repeating: 0.0, count: objective.parameterCount)
    var fits = factors.map { factor in
      var settings = minimizerSettings
      // There the curvature is about the factor in every direction.
      if solver == .whitened { settings.firstStep = 1 / factor }
      return LBFGS(start: start, settings: settings)
    }
    while true {
      let running = fits.indices.filter { fits[$0].status == nil }
      if running.isEmpty { break }
      let evaluations = objective.evaluate(
        running.map { ($0, spaces[$0]?.parameters(fits[$0].point) ?? fits[$0].point) })
      try ranks.agreed(data.features.checkUnchanged)
      for (index, evaluation) in zip(running, evaluations) {
        let before = fits[index].iterations
        fits[index].receive(
          value: evaluation.value,
          gradient: spaces[index]?.gradient(evaluation.gradient) ?? evaluation.gradient,
          largest: largestMagnitude(evaluation.gradient))
        if fits[index].iterations > before {
          progress(
            Progress(
              fit: index, iteration: fits[index].iterations, objective: fits[index].value))
        }
      }
    }
    return zip(fits, spaces).map { fit, space in
      LogisticModel(
        classes: data.classes, inputs: data.features.columns,
        parameters: space?.parameters(fit.point) ?? fit.point, fit: fit)
    }
  }

  /// Returns the space of decorrelated features for each C, none where the solver sees the weights.
  ///
  /// The penalties beside the mean cross-entropy are `1 / (C · rows)`: those of runs of the same C
  /// differ by rounding alone, and all share the space of the first.
  func whitenedSpaces(
    _ data: TrainingData, _ runs: [Run], penalties: [Double]
  ) throws(FitError) -> [Double: Whitening.Space] {
    var spaces: [Double: Whitening.Space] = [:]
    guard solver == .whitened else { return spaces }
    let values = Set(runs.map(\.inverseRegularization))
    let whitening = try Whitening(data, centred: fitsIntercept, spaces: values.count)
    for (run, penalty) in zip(runs, penalties) where spaces[run.inverseRegularization] == nil {
      spaces[run.inverseRegularization] = try whitening.space(penalty: penalty)
    }
    return spaces
  }

  private var minimizerSettings: LBFGS.Settings {
    var settings = LBFGS.Settings()
    settings.maxIterations = maxIterations
    settings.gradientTolerance = tolerance
    if convention == .current {
      settings.decreaseTolerance = 64 * Double.ulpOfOne
      settings.maxSearchSteps = 50
    }
    return settings
  }

  private func problem(
    _ data: TrainingData, groups: [[Int32]], _ run: Run
  ) -> SharedObjective.Problem {
    var counts = Array(repeating: 0, count: data.classes.count)
    for (group, rows) in groups.enumerated() where group != run.excludedGroup {
      for row in rows { counts[Int(data.targets[Int(row)])] += 1 }
    }
    let total = Double(counts.reduce(0, +))
    let weights = counts.map { count in
      classWeight == .uniform ? 1 : total / (Double(counts.count) * Double(count))
    }
    // Balanced weights, too, add up to the number of samples.
    return switch convention {
    case .current:
      SharedObjective.Problem(
        excludedGroup: run.excludedGroup, classWeights: weights, scale: 1 / total,
        penalty: 1 / (run.inverseRegularization * total))
    case .scikitLearn13:
      SharedObjective.Problem(
        excludedGroup: run.excludedGroup, classWeights: weights, scale: 1,
        penalty: 1 / run.inverseRegularization)
    }
  }
}
