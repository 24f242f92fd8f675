internal import Foundation

/// Accuracies side by side, with the reference's columns: one row per score.
///
/// Where encoders of several runs are scored, a first column says whose each is.
public struct AccuracyTable: Sendable {
  /// How a table is written.
  public enum Format: String, CaseIterable, Sendable {
    /// Aligned columns.
    case text
    /// A Markdown table.
    case markdown
    /// Comma-separated values as RFC 4180 has them.
    case csv
    /// A JSON array of the scores with their settings.
    case json
  }

  /// The names of the columns.
  package static let columns = [
    "Evaluation model", "Dataset", "Feature extractor", "Encoder", "Feature dim",
    "Projection head dim", "Epochs", "Top-1 %",
  ]

  private static let runColumn = "Run"

  /// The scores, one per row.
  public var scores: [ProbeScore]

  /// Creates a table of the given rows.
  public init(_ scores: [ProbeScore]) { self.scores = scores }

  /// Returns the table as text that ends in a newline.
  public func rendered(as format: Format) -> String {
    guard let layout = TextTable.Format(rawValue: format.rawValue) else {
      return "[" + scores.map { ProbeScore.json([$0]).dropLast() }.joined(separator: ",\n") + "]\n"
    }
    let namesRuns = Set(scores.compactMap(\.run)).count > 1
    var table = TextTable((namesRuns ? [Self.runColumn] : []) + Self.columns)
    table.rows = scores.map { (namesRuns ? [$0.run ?? "-"] : []) + $0.cells }
    return table.rendered(as: layout)
  }
}

extension ProbeScore {
  /// The run or file whose encoder made the features, or `nil` for a control.
  fileprivate var run: String? {
    guard let encoder = origin?.encoder, !["raw pixels", "random"].contains(encoder) else {
      return nil
    }
    return encoder
  }

  /// What stands in the row of the accuracy table, a dash for what is not known.
  fileprivate var cells: [String] {
    func text(_ number: Int?) -> String { number.map(String.init) ?? "-" }
    return [
      modelName, origin?.dataset ?? "-", extractor, origin?.model ?? "-",
      String(featureDimension), text(origin?.projectionDimension), text(origin?.epochs),
      String(format: "%.2f", 100 * top1),
    ]
  }

  /// What made the features, as the reference's table names it.
  private var extractor: String {
    switch (origin?.epochs, origin?.encoder) {
    case (_?, _): "ReLIC"
    case (nil, "raw pixels"): "raw pixels"
    case (nil, "random"): "untrained"
    case (nil, nil): "-"
    default: "weights from file"
    }
  }

  /// The evaluation model in words.
  package var modelName: String {
    switch method {
    case .logistic: "LogisticRegression" + (settings?.variant ?? "")
    case .calibrated: "CalibratedClassifierCV" + (settings?.variant ?? "")
    case .knn: neighbors.map { "\($0.neighbors)-NN, T = \($0.temperature)" } ?? "k-NN"
    }
  }
}
