/// A table of short texts.
struct TextTable {
  /// How a table is laid out.
  enum Format: String, CaseIterable, Sendable {
    case text
    case markdown
  }

  let columns: [String]
  var rows: [[String]] = []

  init(_ columns: [String]) { self.columns = columns }

  /// The table with a line for its head and one for each row.
  func rendered(as format: Format) -> String {
    let widths = columns.indices.map { column in
      ([columns] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { column in
        isNumeric(column)
          ? String(repeating: " ", count: widths[column] - cells[column].count) + cells[column]
          : cells[column].padded(to: widths[column])
      }
      switch format {
      case .text: return padded.joined(separator: "  ").trimmedAtEnd
      case .markdown: return "| " + padded.joined(separator: " | ") + " |"
      }
    }
    let rule: String
    switch format {
    case .text: rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    case .markdown:
      let dashes = widths.indices.map { column in
        String(repeating: "-", count: widths[column] + 1) + (isNumeric(column) ? ":" : "-")
      }
      rule = "|" + dashes.joined(separator: "|") + "|"
    }
    return ([line(columns), rule] + rows.map(line)).map { $0 + "\n" }.joined()
  }

  /// Whether a column holds numbers, or a dash for a missing one; these stand to the right.
  private func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { Double($0[column]) != nil || $0[column] == "-" }
  }
}

extension String {
  fileprivate var trimmedAtEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
