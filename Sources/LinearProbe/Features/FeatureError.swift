/// Why features could not be read from or written to disk.
public enum FeatureError: Error, Equatable, CustomStringConvertible, Sendable {
  /// An array's file could not be read or written.
  case npy(NPYError)
  /// Another file or folder could not be read or written.
  case file(FileError)
  /// An array does not have the axes it must have.
  case badShape(path: String, shape: [Int], expected: String, remedy: String? = nil)
  /// Some samples of a split have labels, others, of which this is the first, have none.
  case partlyLabeled(row: Int)
  /// Labels are not integers.
  case labelsNotIntegers(path: String)
  /// Two files that belong together differ in length.
  case countMismatch(path: String, count: Int, other: String, otherCount: Int)
  /// Train and test features differ in width.
  case widthMismatch(train: Int, test: Int)
  /// A folder has samples to train on and none to test on.
  case noTestSplit(path: String)
  /// A file's content is not what it must be.
  case badContent(path: String, reason: String)

  /// Whether writing failed, not reading.
  package var isAboutWriting: Bool {
    switch self {
    case .npy(.file(let error)), .file(let error): error.isAboutWriting
    default: false
    }
  }

  /// One line that names the file, what was found and what to do.
  public var description: String {
    switch self {
    case .npy(let error): error.description
    case .file(let error): error.description
    case .badShape(let path, let shape, let expected, let remedy):
      "\(path): shape \(shape) is not \(expected)" + (remedy.map { "; \($0)" } ?? "")
    case .partlyLabeled(let row):
      "sample \(row) has no label but others have one; label all samples or none"
    case .labelsNotIntegers(let path):
      "\(path): labels are not integers; convert with .astype('<i8')"
    case .countMismatch(let path, let count, let other, let otherCount):
      "\(path): \(count) entries but \(other) has \(otherCount); give files of the same samples"
    case .widthMismatch(let train, let test):
      "train features have \(train) columns and test features \(test); use the same encoder"
    case .noTestSplit(let path): "\(path): holds no features to test on"
    case .badContent(let path, let reason): "\(path): cannot be used: \(reason)"
    }
  }
}
