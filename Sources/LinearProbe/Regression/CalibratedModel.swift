/// Logistic regressions on all but one fold each, calibrated on that fold, and averaged.
///
/// Equal to `sklearn.calibration.CalibratedClassifierCV` of a logistic regression with sigmoids,
/// the protocol of the published rows. A model that was fitted without any sample of a class gives
/// it the probability 0.
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
  public let classes: [Int]

  /// Creates an ensemble of at least one member, each of some of the classes.
  init(classes: [Int], members: [Member]) {
    precondition(!members.isEmpty, "an ensemble needs members")
    self.classes = classes
    self.members = members
  }

  /// Returns the probability of each class, `[samples, classes]`: the members' mean.
  public func probabilities(_ features: Features) -> Matrix {
    probabilities(logits: panel.logits(features, rows: Array(0..<Int32(features.rows))))
  }

  /// The members side by side.
  var panel: Panel {
    Panel(
      inputs: members[0].model.weights.columns,
      models: members.map { $0.model.parameters[...] })
  }

  /// Returns the probability of each class by the logits of all members, those of each together.
  func probabilities(logits: Matrix) -> Matrix {
    let codes = members.map { $0.model.calibratedCodes(in: classes) }
    var mean = Matrix(rows: logits.rows, columns: classes.count)
    for row in 0..<logits.rows {
      var rest = logits.row(row)
      for (member, codes) in zip(members, codes) {
        let own = rest.prefix(member.sigmoids.count)
        rest = rest.dropFirst(own.count)
        for (code, probability) in probabilities(member, own, codes).enumerated() {
          mean[row, code] += probability / Double(members.count)
        }
      }
    }
    return mean
  }

  /// Returns the probability of each class: the calibrated logits, divided by their sum.
  private func probabilities(
    _ member: Member, _ logits: ArraySlice<Double>, _ codes: [Int]
  ) -> [Double] {
    let raw = zip(member.sigmoids, logits).map { $0($1) }
    if classes.count == 2 { return [1 - raw[0], raw[0]] }
    let total = raw.reduce(0, +)
    if total == 0 { return classes.map { _ in 1 / Double(classes.count) } }
    var shares = classes.map { _ in 0.0 }
    for (code, probability) in zip(codes, raw) { shares[code] = probability / total }
    return shares
  }

  /// Returns the most probable label of each sample, the first of equals.
  public func predict(_ features: Features) -> [Int] {
    probabilities(features).firstMaxima().map { classes[$0] }
  }
}

extension LogisticModel {
  /// Returns the positions of the model's classes in `all`.
  func codes(in all: [Int]) -> [Int] {
    let own = Set(classes)
    return all.indices.filter { own.contains(all[$0]) }
  }

  /// Returns the class that each logit is calibrated for, by its position in `all`.
  ///
  /// The single logit of two classes is that of the second; but where they are two of more, it is
  /// calibrated for the first, as scikit-learn does.
  func calibratedCodes(in all: [Int]) -> [Int] {
    let codes = codes(in: all)
    return weights.rows == codes.count ? codes : [all.count == 2 ? codes[1] : codes[0]]
  }
}
