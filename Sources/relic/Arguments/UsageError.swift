/// A command line that cannot be carried out as typed.
enum UsageError: Error, Equatable {
  case unknownCommand(String, nearest: String?)
  case unknownOption(String, nearest: String?, help: String)
  case unknownKey(String, nearest: String?, file: String)
  case missingValue(option: String, expected: String)
  case wrongValue(
    option: String, value: String, expected: String, nearest: String?, file: String? = nil)
  case unexpectedOperand(String, help: String)
  case missingOperand(String, help: String)
  case missing(String, help: String)
  case refused(String, reason: String)
  case unreadableConfiguration(file: String, reason: String)
  case conflict(String, remedy: String)

  /// Refuses a file to write whose name ends as that of another format.
  static func check(_ path: String, endsIn ending: String) throws(UsageError) {
    let parts = path.split(separator: "/").last?.split(separator: ".") ?? []
    guard parts.count > 1, let found = parts.last, found.lowercased() != ending else { return }
    throw .conflict(
      "'\(path)' would hold a .\(ending) file", remedy: "give a name that ends in .\(ending)")
  }
}

extension UsageError: CustomStringConvertible {
  /// What was typed, what was expected and what to type instead, in one line.
  var description: String {
    switch self {
    case .unknownCommand(let name, let nearest):
      "unknown command '\(name)'; \(Self.suggestion(nearest, help: "relic --help"))"
    case .unknownOption(let name, let nearest, let help):
      "unknown option '\(name)'; \(Self.suggestion(nearest, help: help))"
    case .unknownKey(let name, let nearest, let file):
      "\(file): unknown setting '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" } ?? "remove it or see 'relic pretrain --help'")
    case .missingValue(let option, let expected):
      "option '\(option)' needs a value: \(expected)"
    case .wrongValue(let option, let value, let expected, let nearest, let file):
      (file.map { "\($0): " } ?? "") + "option '\(option)' cannot be '\(value)': give \(expected)"
        + (nearest.map { " (did you mean '\($0)'?)" } ?? "")
    case .unexpectedOperand(let operand, let help):
      "unexpected argument '\(operand)'; see '\(help)'"
    case .missingOperand(let placeholder, let help):
      "\(placeholder) is missing; see '\(help)'"
    case .missing(let option, let help):
      "option '\(option)' is missing; see '\(help)'"
    case .refused(let option, let reason):
      "there is no '\(option)': \(reason)"
    case .unreadableConfiguration(let file, let reason):
      "\(file): \(reason); give a JSON object of options, such as a run folder's config.json"
    case .conflict(let reason, let remedy):
      "\(reason); \(remedy)"
    }
  }

  private static func suggestion(_ nearest: String?, help: String) -> String {
    nearest.map { "did you mean '\($0)'?" } ?? "see '\(help)'"
  }
}
