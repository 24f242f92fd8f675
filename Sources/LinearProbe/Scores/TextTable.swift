/// A table of short texts.
package struct TextTable {
  /// How a table is laid out.
  package enum Format: String, CaseIterable, Sendable {
    /// Aligned columns.
    case text
    /// A Markdown table.
    case markdown
    /// Comma-separated values.
    case csv
  }

  package let columns: [String]
  package var rows: [[String]] = []

  package init(_ columns: [String]) { self.columns = columns }

  /// Returns the table with a line for its head and one for each row.
  package func rendered(as format: Format) -> String {
    switch format {
    case .csv: return ([columns] + rows).map(csvLine).joined()
    case .text, .markdown: break
    }
    let widths = columns.indices.map { column in
      ([columns] + rows).map { $0[column].count }.max() ?? 0
    }
    let isNumeric = columns.indices.map(isNumeric)
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { column in
        isNumeric[column]
          ? cells[column].leftPadded(to: widths[column])
          : cells[column].rightPadded(to: widths[column])
      }
      return format == .text
        ? padded.joined(separator: "  ").trimmedAtEnd
        : "| " + padded.joined(separator: " | ") + " |"
    }
    let rules = widths.indices.map { column in
      let dashes = String(repeating: "-", count: widths[column])
      return format == .markdown && isNumeric[column] ? dashes.dropLast() + ":" : dashes
    }
    return ([line(columns), line(rules)] + rows.map(line)).map { $0 + "\n" }.joined()
  }

  /// Whether a column holds numbers, or a dash for a missing one; these stand to the right.
  private func isNumeric(_ column: Int) -> Bool {
    !rows.isEmpty && rows.allSatisfy { Double($0[column]) != nil || $0[column] == "-" }
  }
}

/// Returns cells as a line of comma-separated values, quoted where they must be (RFC 4180).
package func csvLine(_ cells: [String]) -> String {
  let quoted = cells.map { cell in
    cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || Character($0).isNewline }
      ? "\"" + cell.replacing(scalar: "\"", with: "\"\"") + "\"" : cell
  }
  return quoted.joined(separator: ",") + "\n"
}

extension String {
  /// Returns the text with another in place of a scalar, also where a Character holds it beside others.
  package func replacing(scalar: Unicode.Scalar, with text: String) -> String {
    unicodeScalars.split(separator: scalar, omittingEmptySubsequences: false)
      .map { String($0) }.joined(separator: text)
  }
}

extension String {
  /// The string after as many spaces as make it `width` characters.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The string before as many spaces as make it `width` characters.
  fileprivate func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  fileprivate var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
