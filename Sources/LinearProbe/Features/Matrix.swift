/// A matrix of doubles, row by row.
public struct Matrix: Equatable, Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row by row.
  public internal(set) var elements: [Double]

  /// Creates a matrix of `rows * columns` elements given row by row.
  public init(rows: Int, columns: Int, elements: [Double]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements do not fill \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// Creates a matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  /// The element in one row and column.
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(column >= 0 && column < columns, "no column \(column) among \(columns)")
      return elements[row * columns + column]
    }
    set {
      precondition(column >= 0 && column < columns, "no column \(column) among \(columns)")
      elements[row * columns + column] = newValue
    }
  }

  /// Returns one row.
  public func row(_ index: Int) -> ArraySlice<Double> {
    elements[(index * columns)..<((index + 1) * columns)]
  }

  /// Returns the column of the largest element of each row, the first of equals.
  func firstMaxima() -> [Int] {
    (0..<rows).map { index in
      let row = row(index)
      var best = row.startIndex
      for column in row.indices where row[column] > row[best] { best = column }
      return best - row.startIndex
    }
  }
}
