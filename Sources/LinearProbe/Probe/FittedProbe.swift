/// A classifier of features, fitted and ready for new samples.
public struct FittedProbe: Equatable, Sendable {
  /// The model that classifies the scaled features.
  enum Classifier: Equatable, Sendable {
    case logistic(LogisticModel)
    case calibrated(CalibratedModel)

    /// What samples are multiplied with.
    var panel: Panel {
      switch self {
      case .logistic(let model): model.panel
      case .calibrated(let model): model.panel
      }
    }

    /// Returns the probability of each class by the logits that the panel gives.
    func probabilities(logits: Matrix) -> Matrix {
      switch self {
      case .logistic: LogisticModel.probabilities(logits: logits)
      case .calibrated(let model): model.probabilities(logits: logits)
      }
    }
  }

  let scaling: FittedScaling
  let classifier: Classifier
  /// The settings of the fit, with the C that a sweep has chosen.
  public let settings: LogisticRegression
  /// The values of C a sweep has tried.
  public let trials: [RegularizationSweep.Trial]
  /// Names of the classes by label, where they are known.
  public var classNames: [String]?
  /// How the features of the fit were made, where it is known.
  public var origin: FeatureDescription?

  /// The labels, ascending; probabilities stand in this order.
  public var classes: [Int] {
    switch classifier {
    case .logistic(let model): model.classes
    case .calibrated(let model): model.classes
    }
  }

  /// Returns the name of a label's class or, where it has none, the label.
  package func name(of label: Int) -> String {
    classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? String(label)
  }

  /// The number of features of a sample.
  public var inputs: Int { models[0].weights.columns }

  /// How each fit went: one, or one per fold.
  public var reports: [LogisticModel.Report] { models.map(\.report) }

  /// The protocol by which it was fitted.
  public var method: Probe.Method {
    switch classifier {
    case .logistic: .logistic
    case .calibrated: .calibrated
    }
  }

  var models: [LogisticModel] {
    switch classifier {
    case .logistic(let model): [model]
    case .calibrated(let model): model.members.map(\.model)
    }
  }

  /// Returns the probability of each class, `[samples, classes]`.
  ///
  /// - Parameter features: The samples, as wide as those of the fit.
  /// - Returns: The probabilities.
  /// - Throws: If the samples have another width or are not finite.
  public func probabilities(
    _ features: Features
  ) throws(FitError) -> Matrix {
    Matrix(
      rows: features.rows, columns: classes.count,
      elements: try mapBlocks(features) { $1.elements }.flatMap(\.self))
  }

  /// Returns what `body` makes of the probabilities of blocks of samples, which follow each other.
  ///
  /// Blocks are worked on at once, so that no more than theirs is in memory.
  func mapBlocks<Result>(
    _ features: Features, called name: String = "test",
    _ body: (_ rows: Range<Int>, _ probabilities: Matrix) -> Result
  ) throws(FitError) -> [Result] {
    guard features.columns == inputs else {
      throw .widthMismatch(expected: inputs, found: features.columns)
    }
    if let (row, column) = features.firstNonFinite {
      throw .notFinite(samples: name, row: row, column: column)
    }
    let panel = classifier.panel
    let size = panel.block * max(1, min(1024, (1 << 20) / panel.outputs) / panel.block)
    let blocks = parallelMap((features.rows + size - 1) / size) { block in
      let rows = (block * size)..<min(features.rows, (block + 1) * size)
      guard let (samples, places) = scaling.scaled(features, rows) else { return Result?.none }
      let logits = panel.logits(samples, rows: places)
      return body(rows, classifier.probabilities(logits: logits))
    }
    try features.checkUnchanged()
    // Names the place.
    if blocks.contains(where: { $0 == nil }) { _ = try scaling(features, called: name) }
    return blocks.compactMap(\.self)
  }

  /// Returns the most probable label of each row of `probabilities`, the first of equals.
  public func labels(_ probabilities: Matrix) -> [Int] {
    probabilities.firstMaxima().map { classes[$0] }
  }
}
