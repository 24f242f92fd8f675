/// Why no model could be fitted or applied.
public enum FitError: Error, Equatable, CustomStringConvertible, Sendable {
  /// There is no sample.
  case noSamples
  /// There is no feature.
  case noFeatures
  /// Samples and labels differ in number.
  case countMismatch(samples: Int, labels: Int)
  /// All samples are of one class.
  case oneClass(label: Int)
  /// A feature is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// A setting is out of its range.
  case badSetting(name: String, value: String, range: String)

  /// One line that says what was found and what to do.
  public var description: String {
    switch self {
    case .noSamples: "there are no samples; give at least two of different classes"
    case .noFeatures: "the samples have no features; give at least one column"
    case .countMismatch(let samples, let labels):
      "\(samples) samples but \(labels) labels; give one label per sample"
    case .oneClass(let label):
      "all samples are of class \(label); give samples of at least two classes"
    case .notFinite(let row, let column):
      "the feature in row \(row), column \(column) is NaN or infinite; remove or replace it"
    case .badSetting(let name, let value, let range):
      "\(name) is \(value) but must be \(range)"
    }
  }
}
