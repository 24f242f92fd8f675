/// Rows of text in aligned columns, the first flush left, the others flush right.
struct Table {
  private var rows: [[String]]

  init(_ headings: String...) { rows = [headings] }

  mutating func add(_ cells: String...) {
    precondition(cells.count == rows[0].count, "\(cells.count) cells for \(rows[0])")
    rows.append(cells)
  }

  func print() {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }
      Swift.print(cells.joined(separator: "  "))
    }
  }
}
