internal import CKernels

/// One row of numbers per sample, stored as float32 or float64 and computed with as float64.
public struct Features: Equatable, Sendable {
  /// The numbers, row by row.
  enum Storage: Equatable, Sendable {
    case single(Elements<Float>)
    case double(Elements<Double>)
  }

  /// The number of samples.
  public let rows: Int
  /// The number of features of a sample.
  public let columns: Int
  let storage: Storage

  /// Creates `rows` samples of `columns` features given row by row.
  public init(rows: Int, columns: Int, elements: [Float]) {
    self.init(rows: rows, columns: columns, storage: .single(Elements(elements)))
  }

  /// Creates `rows` samples of `columns` features given row by row.
  public init(rows: Int, columns: Int, elements: [Double]) {
    self.init(rows: rows, columns: columns, storage: .double(Elements(elements)))
  }

  /// Takes numbers that lie in memory or in a file.
  init(rows: Int, columns: Int, storage: Storage) {
    let count =
      switch storage {
      case .single(let elements): elements.count
      case .double(let elements): elements.count
      }
    precondition(
      rows >= 0 && columns >= 0 && rows * columns == count,
      "\(count) elements do not fill \(rows) x \(columns)")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// Returns one sample.
  public func row(_ index: Int) -> [Double] {
    let range = (index * columns)..<((index + 1) * columns)
    return switch storage {
    case .single(let elements): elements[range].map(Double.init)
    case .double(let elements): elements[range]
    }
  }

  /// Returns the samples in `rows`, in that order.
  package func samples(_ rows: [Int]) -> Features {
    func part<Element>(_ elements: Elements<Element>) -> [Element] {
      rows.flatMap { elements[($0 * columns)..<(($0 + 1) * columns)] }
    }
    return switch storage {
    case .single(let elements):
      Features(rows: rows.count, columns: columns, elements: part(elements))
    case .double(let elements):
      Features(rows: rows.count, columns: columns, elements: part(elements))
    }
  }

  /// One feature of one sample.
  subscript(row: Int, column: Int) -> Double {
    switch storage {
    case .single(let elements): Double(elements[row * columns + column])
    case .double(let elements): elements[row * columns + column]
    }
  }

  /// The file that the samples lie in, if it was written to since it was opened.
  var changedFile: String? {
    switch storage {
    case .single(let elements): elements.changedFile
    case .double(let elements): elements.changedFile
    }
  }

  /// The row and column of the first element that is NaN or infinite.
  package var firstNonFinite: (row: Int, column: Int)? {
    let index =
      switch storage {
      case .single(let elements):
        unsafe elements.firstIndex {
          unsafe Int(relic_probe_finite_prefix_f32($0.count, $0.baseAddress))
        }
      case .double(let elements):
        unsafe elements.firstIndex {
          unsafe Int(relic_probe_finite_prefix_f64($0.count, $0.baseAddress))
        }
      }
    return index.map { ($0 / columns, $0 % columns) }
  }

  /// Calls `body` with the samples in `rows` in single precision, one after the other: where they
  /// lie if they are stored so, or else written to `room`.
  func withSingles<Result>(
    _ rows: ArraySlice<Int32>, room: UnsafeMutablePointer<Float>,
    _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    if case .single(let elements) = storage, let first = rows.first, areSinglesInPlace(rows) {
      return unsafe elements.withUnsafeBufferPointer { source in
        guard let start = source.baseAddress else { return unsafe body(room) }
        return unsafe body(start + Int(first) * columns)
      }
    }
    unsafe copy(rows, to: room)
    return unsafe body(room)
  }

  /// Whether the samples in `rows` lie one after the other in single precision.
  func areSinglesInPlace(_ rows: ArraySlice<Int32>) -> Bool {
    guard case .single = storage, let first = rows.first, let last = rows.last else { return false }
    return Int(last) - Int(first) == rows.count - 1
      && zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Writes the samples in `rows`, one after the other, to `destination` in single precision.
  func copy(_ rows: ArraySlice<Int32>, to destination: UnsafeMutablePointer<Float>) {
    switch storage {
    case .single(let elements):
      unsafe elements.withUnsafeBufferPointer { source in
        for (position, row) in rows.enumerated() {
          guard let start = unsafe source.baseAddress?.advanced(by: Int(row) * columns) else {
            break
          }
          unsafe (destination + position * columns).update(from: start, count: columns)
        }
      }
    case .double(let elements):
      unsafe elements.withUnsafeBufferPointer { source in
        for (position, row) in rows.enumerated() {
          guard let start = unsafe source.baseAddress?.advanced(by: Int(row) * columns) else {
            break
          }
          unsafe relic_probe_narrow(columns, start, destination + position * columns)
        }
      }
    }
  }

  /// Writes the samples in `rows`, one after the other, to `destination`.
  func copy(_ rows: ArraySlice<Int32>, to destination: UnsafeMutablePointer<Double>) {
    switch storage {
    case .single(let elements):
      unsafe elements.withUnsafeBufferPointer { source in
        for (position, row) in rows.enumerated() {
          unsafe relic_probe_widen(
            columns, source.baseAddress?.advanced(by: Int(row) * columns),
            destination + position * columns)
        }
      }
    case .double(let elements):
      unsafe elements.withUnsafeBufferPointer { source in
        for (position, row) in rows.enumerated() {
          guard let start = unsafe source.baseAddress?.advanced(by: Int(row) * columns) else {
            break
          }
          unsafe (destination + position * columns).update(from: start, count: columns)
        }
      }
    }
  }
}
