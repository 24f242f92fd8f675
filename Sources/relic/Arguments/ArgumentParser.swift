/// What a command line asks of a command.
enum Request<Settings: Command>: Sendable {
  case run(Settings)
  case help
}

/// Reads the arguments of one command.
///
/// `--option value` and `--option=value` mean the same, as do `-` and `_` between the words of an
/// option. A flag takes a value only behind `=`. After `--` everything is an operand. Options of the
/// command line win over those of a configuration file, and the last of several equal options wins.
/// A preset of either gives way to all other options there, wherever it stands; one that the file
/// has already leaves the rest of the file as it is. A value that begins with two dashes stands
/// behind `=`.
struct ArgumentParser<Settings: Command> {
  private let options = Settings.allOptions
  private var help: String { "relic \(Settings.name) --help" }

  /// Returns the settings that `arguments` ask for.
  func parse(_ arguments: [String]) throws(UsageError) -> Request<Settings> {
    var settings = Settings()
    let typed = try split(arguments)
    if typed.wantsHelp { return .help }
    for (option, value) in typed.values.presetsFirst() { try option.apply(value, to: &settings) }
    var recorded: Set<String> = []
    if let file = settings.configurationFile {
      settings = Settings()
      let given = try ConfigurationFile(path: file).apply(options, to: &settings)
      recorded = Set(given.keys)
      for (option, value) in typed.values.presetsFirst()
      where !option.isPreset || given[option.key] != value {
        if option.isPreset { recorded = [] }
        try option.apply(value, to: &settings)
      }
    }
    settings.common.operands = typed.operands
    settings.common.typed = Set(typed.values.map(\.option.key))
    settings.common.given = settings.common.typed.union(recorded)
    if Settings.operandPlaceholder == nil, let operand = typed.operands.first {
      throw .unexpectedOperand(operand, help: help)
    }
    return .run(settings)
  }

  private typealias Typed = (
    values: [(option: Option<Settings>, value: String)], operands: [String], wantsHelp: Bool
  )

  private func split(_ arguments: [String]) throws(UsageError) -> Typed {
    var typed: Typed = ([], [], false)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        typed.operands += rest
        break
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        typed.operands.append(argument)
        continue
      }
      if argument == "--help" || argument == "-h" {
        typed.wantsHelp = true
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let option = try find(String(parts[0]))
      if parts.count == 2 {
        typed.values.append((option, String(parts[1])))
      } else if option.placeholder == nil {
        typed.values.append((option, "true"))
      } else if let value = rest.first, !isOption(value) {
        rest.removeFirst()
        typed.values.append((option, value))
      } else {
        throw .missingValue(option: String(parts[0]), expected: option.expected)
      }
    }
    return typed
  }

  /// Whether an argument is an option, and not the value of the one before it.
  private func isOption(_ argument: String) -> Bool {
    argument.hasPrefix("--") || argument == "-h"
      || match(String(argument.prefix { $0 != "=" })) != nil
  }

  private func match(_ typed: String) -> Option<Settings>? {
    let name = typed.replacing("_", with: "-")
    return options.first { $0.spellings.contains(name) }
  }

  private func find(_ typed: String) throws(UsageError) -> Option<Settings> {
    if let option = match(typed) { return option }
    if let reason = Settings.refusals[typed.replacing("_", with: "-")] {
      throw .refused(typed, reason: reason)
    }
    let names = options.flatMap(\.spellings) + ["--help"]
    let nearest = names.filter { $0.count > 2 }.nearest(to: typed.replacing("_", with: "-"))
    throw .unknownOption(typed, nearest: nearest, help: help)
  }
}

extension Option {
  /// Sets the value that was typed, or that a configuration file holds.
  func apply(
    _ value: String, to settings: inout Settings, from file: String? = nil
  ) throws(UsageError) {
    guard set(value, &settings) else {
      throw .wrongValue(
        option: name, value: value, expected: expected, nearest: choices.nearest(to: value),
        file: file)
    }
  }
}

extension Array {
  /// The same options and values, presets first.
  func presetsFirst<Settings>() -> Self where Element == (option: Option<Settings>, value: String) {
    filter(\.option.isPreset) + filter { !$0.option.isPreset }
  }
}
