/// How often each class was predicted for samples of each class.
///
/// Equal to `sklearn.metrics.confusion_matrix`: rows are true classes, columns predicted ones, both
/// in the order of `labels`.
public struct ConfusionMatrix: Equatable, Sendable {
  /// The labels that occur among true and predicted ones, ascending.
  public let labels: [Int]
  /// Counts by true and by predicted class.
  public let counts: [[Int]]

  /// Compares one prediction per sample with its label.
  public init(truth: [Int], predictions: [Int]) {
    precondition(
      truth.count == predictions.count, "\(truth.count) labels, \(predictions.count) predictions")
    labels = Set(truth).union(predictions).sorted()
    var codes: [Int: Int] = [:]
    for (code, label) in labels.enumerated() { codes[label] = code }
    var counts = Array(repeating: Array(repeating: 0, count: labels.count), count: labels.count)
    for (label, prediction) in zip(truth, predictions) {
      counts[codes[label] ?? 0][codes[prediction] ?? 0] += 1
    }
    self.counts = counts
  }

  /// Takes counts by true and by predicted class, each in the order of `labels`.
  package init(labels: [Int], counts: [[Int]]) {
    precondition(
      counts.count == labels.count && counts.allSatisfy { $0.count == labels.count },
      "\(counts.count) rows of counts for \(labels.count) classes")
    self.labels = labels
    self.counts = counts
  }

  /// The number of samples.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of samples whose class was predicted.
  public var accuracy: Double {
    let hits = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    return total == 0 ? 0 : Double(hits) / Double(total)
  }

  /// The matrix as NumPy prints it.
  public var text: String {
    let width = counts.joined().map { String($0).count }.max() ?? 0
    let rows = counts.map { row in
      "[" + row.map { String($0).leftPadded(to: width) }.joined(separator: " ") + "]"
    }
    return "[" + rows.joined(separator: "\n ") + "]"
  }
}
