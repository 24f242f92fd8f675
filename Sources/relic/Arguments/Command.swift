/// A command of the program; its stored properties are the settings that its options set.
protocol Command: Sendable {
  /// Creates the command with the default of every option.
  init()

  /// The name that is typed after `relic`.
  static var name: String { get }

  /// What the command does, in one line without a full stop.
  static var summary: String { get }

  /// What comes after the summary in the command's help: what it reads, what it writes, an example.
  static var discussion: String { get }

  /// How the arguments without a dash are shown, such as `RUN...`, or `nil` if it takes none.
  static var operandPlaceholder: String? { get }

  /// The options, in the order the help shows them.
  static var options: [OptionGroup<Self>] { get }

  /// Options that other programs have and this one leaves out on purpose, with the reason.
  static var refusals: [String: String] { get }

  /// The settings that every command has.
  var common: CommonSettings { get set }

  /// A file of options over which those of the command line are laid, or `nil` for none.
  var configurationFile: String? { get }

  /// Does the work, writing to `console`.
  func run(_ console: Console) throws
}

/// The settings that every command has.
struct CommonSettings: Equatable, Sendable {
  /// The arguments without a dash.
  var operands: [String] = []

  /// The keys of the options that were typed, not those of a configuration file.
  var typed: Set<String> = []

  /// Those and the options of a configuration file that no typed preset has set anew.
  var given: Set<String> = []

  /// The number of workers, or `nil` for all processors.
  var threads: Int?

  /// Whether results, warnings and errors alone are shown.
  var isQuiet = false
}

extension Command {
  static var operandPlaceholder: String? { nil }

  static var refusals: [String: String] { [:] }

  var configurationFile: String? { nil }

  /// Refuses options that were typed and would mean nothing, by their names.
  func refuse(_ names: String..., because reason: String) throws(UsageError) {
    for option in Self.allOptions where names.contains(option.name) {
      guard common.typed.contains(option.key) else { continue }
      throw .conflict("'\(option.name)' \(reason)", remedy: "leave it out")
    }
  }

  /// The command's own options and those of every command.
  static var allOptions: [Option<Self>] { optionGroups.flatMap(\.options) }

  /// The groups of `allOptions`, as the help shows them.
  static var optionGroups: [OptionGroup<Self>] {
    options + [
      OptionGroup(
        "Running",
        [
          .value(
            "--threads", sets: \.common.threads, as: "N", from: 1, to: 1024,
            "workers (default: all processors)"),
          .flag(
            "--quiet", "-q", sets: \.common.isQuiet,
            "show results, warnings and errors alone, no progress and no remarks"),
        ])
    ]
  }
}
