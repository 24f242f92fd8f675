/// Logistic regressions on all but one fold each, calibrated on that fold, and averaged.
///
/// Equal to `sklearn.calibration.CalibratedClassifierCV` of a logistic regression with sigmoids,
/// the protocol of the published rows.
public struct CalibratedModel: Equatable, Sendable {
  /// A logistic regression and the calibration of each of its logits.
  package struct Member: Equatable, Sendable {
    /// The model, fitted without one fold.
    package let model: LogisticModel
    /// One calibration per logit, fitted on that fold.
    package let sigmoids: [Sigmoid]
  }

  /// One member per fold.
  package let members: [Member]

  /// The labels, ascending; probabilities stand in this order.
  public var classes: [Int] { members[0].model.classes }

  /// Creates an ensemble of at least one member.
  init(members: [Member]) {
    precondition(!members.isEmpty, "an ensemble needs members")
    self.members = members
  }

  /// Returns the probability of each class, `[samples, classes]`: the members' mean.
  public func probabilities(_ features: Features) -> Matrix {
    let outputs = members[0].sigmoids.count
    let models = members.map(\.model)
    let panel = Panel(
      inputs: features.columns, models: models.map { $0.parameters[...] }, outputsPerModel: outputs)
    let logits = panel.logits(
      features, rows: Array(0..<Int32(features.rows)))
    var mean = Matrix(rows: features.rows, columns: classes.count)
    for row in 0..<features.rows {
      let logits = logits.row(row)
      for (index, member) in members.enumerated() {
        let own = logits[(logits.startIndex + index * outputs)...].prefix(outputs)
        for (code, probability) in member.probabilities(own).enumerated() {
          mean[row, code] += probability / Double(members.count)
        }
      }
    }
    return mean
  }

  /// Returns the most probable label of each sample, the first of equals.
  public func predict(_ features: Features) -> [Int] {
    probabilities(features).firstMaxima().map { classes[$0] }
  }
}

extension CalibratedModel.Member {
  /// Returns the probability of each class: the calibrated logits, divided by their sum.
  fileprivate func probabilities(_ logits: ArraySlice<Double>) -> [Double] {
    let raw = zip(sigmoids, logits).map { $0($1) }
    if raw.count == 1 { return [1 - raw[0], raw[0]] }
    let total = raw.reduce(0, +)
    return raw.map { total == 0 ? 1 / Double(raw.count) : $0 / total }
  }
}
