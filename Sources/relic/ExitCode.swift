internal import LinearProbe
internal import RelicNN

/// What the program tells its caller when it ends.
enum ExitCode: Int32, CaseIterable, Sendable {
  case success = 0
  case usage = 2
  case input = 3
  case output = 4
  case notFinite = 5
  case interrupted = 130

  /// The codes and their meanings, in one line.
  static var legend: String {
    allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
  }

  /// What the code says, in a few words.
  var meaning: String {
    switch self {
    case .success: "done"
    case .usage: "wrong command line"
    case .input: "a file or data set cannot be used"
    case .output: "output cannot be written"
    case .notFinite: "training stopped at a loss that is not finite"
    case .interrupted: "interrupted"
    }
  }

  /// The code for an error that ended a command.
  init(for error: any Error) {
    self =
      switch error {
      case let error as MisplacedData: Self(for: error.cause)
      case is UsageError: .usage
      case RunError.changed, DownloadError.notPublished: .usage
      case let error as FileError where error.isAboutWriting: .output
      case let error as FeatureError where error.isAboutWriting: .output
      case let error as DownloadError where error.isAboutWriting: .output
      case let error as FirstUseError where error.cause.isAboutWriting: .output
      case is PretrainingError: .notFinite
      case is Interruption: .interrupted
      default: .input
      }
  }
}
