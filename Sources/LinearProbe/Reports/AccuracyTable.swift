internal import Foundation

/// Accuracies side by side, with the reference's columns: one row per score.
public struct AccuracyTable: Sendable {
  /// How a table is written.
  public enum Format: String, CaseIterable, Sendable {
    /// Aligned columns.
    case text
    /// A Markdown table.
    case markdown
    /// Comma-separated values as RFC 4180 has them.
    case csv
    /// An array of the scores with all that decided them.
    case json
  }

  /// The names of the columns.
  public static let columns = [
    "Evaluation model", "Dataset", "Feature extractor", "Encoder", "Feature dim",
    "Projection head dim", "Epochs", "Top-1 %",
  ]

  /// The first of the columns that hold numbers.
  private static let firstNumber = 4

  /// The scores, one per row.
  public var scores: [ProbeScore]

  /// Creates a table of the given rows.
  public init(_ scores: [ProbeScore]) { self.scores = scores }

  /// Returns the table as text that ends in a newline.
  public func rendered(as format: Format) -> String {
    let lines = [Self.columns] + scores.map(\.cells)
    return switch format {
    case .json:
      "[" + scores.map { ProbeScore.json([$0]).dropLast() }.joined(separator: ",\n") + "]\n"
    case .csv: lines.map { csvLine($0) }.joined()
    case .text: Self.aligned(lines, gap: "  ", edges: ("", "")) { width, _ in
      String(repeating: "-", count: width)
    }
    case .markdown: Self.aligned(lines, gap: " | ", edges: ("| ", " |")) { width, isNumber in
      String(repeating: "-", count: width - 1) + (isNumber ? ":" : "-")
    }
    }
  }

  /// Names stand to the left of their columns, numbers to the right.
  private static func aligned(
    _ lines: [[String]], gap: String, edges: (String, String),
    rule: (_ width: Int, _ isNumber: Bool) -> String
  ) -> String {
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let isNumber = columns.indices.map { $0 >= firstNumber }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return isNumber[column] ? space + cells[column] : cells[column] + space
      }
      return edges.0 + padded.joined(separator: gap) + edges.1 + "\n"
    }
    let rules = zip(widths, isNumber).map { rule($0, $1) }
    return line(lines[0]) + line(rules) + lines.dropFirst().map(line).joined()
  }
}

extension ProbeScore {
  /// What stands in the row of the accuracy table, a dash for what is not known.
  fileprivate var cells: [String] {
    func text(_ number: Int?) -> String { number.map(String.init) ?? "-" }
    return [
      methodName, origin?.dataset ?? "-", extractor, origin?.model ?? "-",
      String(featureDimension), text(origin?.projectionDimension), text(origin?.epochs),
      String(format: "%.2f", 100 * top1),
    ]
  }

  /// What made the features, in the reference's words where there are some.
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
  public var methodName: String {
    switch method {
    case .logistic: "LogisticRegression"
    case .calibrated: "CalibratedClassifierCV"
    case .knn: neighbors.map { "\($0.neighbors)-NN, T = \($0.temperature)" } ?? "k-NN"
    }
  }
}

/// Returns cells as a line of comma-separated values, quoted where they must be (RFC 4180).
public func csvLine(_ cells: [String]) -> String {
  let quoted = cells.map { cell in
    cell.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
  return quoted.joined(separator: ",") + "\n"
}
