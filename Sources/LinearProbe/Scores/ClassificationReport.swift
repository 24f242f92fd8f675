internal import Foundation

/// Precision, recall and f1 of each class, and their means.
///
/// Equal to `sklearn.metrics.classification_report`, whose text is the same to the character.
public struct ClassificationReport: Equatable, Sendable {
  /// The scores of a class, or their mean over classes.
  public struct Scores: Equatable, Sendable {
    /// The share of the samples predicted to be of the class that are; 0 if there are none.
    public var precision: Double
    /// The share of the class's samples that are predicted to be; 0 if there are none.
    public var recall: Double
    /// The harmonic mean of both.
    public var f1: Double
    /// The number of the class's samples.
    public var support: Int
  }

  /// The name of each class, ascending by label.
  public let names: [String]
  /// The scores of each class, ascending by label.
  public let classes: [Scores]
  /// The share of samples whose class was predicted.
  public let accuracy: Double
  /// What is set to 0 because it is undefined.
  public let warnings: [String]

  /// Scores a confusion matrix; `classNames` are looked up by label where it is among them.
  public init(_ confusion: ConfusionMatrix, classNames: [String]? = nil) {
    let names = confusion.labels.map { label in
      classNames.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? String(label)
    }
    let predicted = confusion.labels.indices.map { code in
      confusion.counts.reduce(0) { $0 + $1[code] }
    }
    self.names = names
    classes = confusion.labels.indices.map { code in
      let hits = confusion.counts[code][code]
      let support = confusion.counts[code].reduce(0, +)
      return Scores(
        precision: Self.ratio(hits, predicted[code]), recall: Self.ratio(hits, support),
        f1: Self.ratio(2 * hits, predicted[code] + support), support: support)
    }
    accuracy = confusion.accuracy
    let unpredicted = names.indices.filter { predicted[$0] == 0 }.map { names[$0] }
    let absent = zip(names, classes).filter { $1.support == 0 }.map(\.0)
    warnings =
      Self.warning("precision", "never predicted", unpredicted)
      + Self.warning("recall", "without a sample", absent)
  }

  /// The unweighted mean over the classes.
  public var macroAverage: Scores { average(weights: classes.map { _ in 1 }) }

  /// The mean over the classes weighted by their numbers of samples.
  public var weightedAverage: Scores { average(weights: classes.map { Double($0.support) }) }

  /// The report as scikit-learn prints it, with two digits.
  public var text: String {
    // Without a single hit scikit-learn counts in floating point, and its supports show it.
    let point = accuracy == 0 ? ".0" : ""
    let width = max(names.map(\.count).max() ?? 0, "weighted avg".count)
    func line(_ name: String, _ cells: [String]) -> String {
      name.leftPadded(to: width) + " " + cells.map { " " + $0.leftPadded(to: 9) }.joined() + "\n"
    }
    func line(_ name: String, _ scores: Scores) -> String {
      line(
        name,
        [scores.precision, scores.recall, scores.f1].map(Self.twoDigits) + [
          "\(scores.support)\(point)"
        ])
    }
    let total = String(classes.reduce(0) { $0 + $1.support }) + point
    return line("", ["precision", "recall", "f1-score", "support"]) + "\n"
      + zip(names, classes).map { line($0, $1) }.joined() + "\n"
      + line("accuracy", ["", "", Self.twoDigits(accuracy), total])
      + line("macro avg", macroAverage) + line("weighted avg", weightedAverage)
  }

  private func average(weights: [Double]) -> Scores {
    let total = weights.reduce(0, +)
    func mean(_ score: (Scores) -> Double) -> Double {
      total == 0 ? 0 : zip(classes, weights).reduce(0) { $0 + score($1.0) * $1.1 } / total
    }
    return Scores(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: classes.reduce(0) { $0 + $1.support })
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }

  private static func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }

  private static func warning(_ score: String, _ cause: String, _ names: [String]) -> [String] {
    names.isEmpty
      ? [] : ["\(score) is set to 0 for classes \(cause): \(names.joined(separator: ", "))"]
  }
}
