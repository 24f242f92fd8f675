/// What a command's help says, for texts of every form: its options are declared in one place.
struct CommandManual: Sendable {
  /// What a value on the command line can be completed to.
  enum Completion: Equatable, Sendable {
    case words([String])
    case folders
    case files
    /// A number, or a name that is not known beforehand.
    case unknown
  }

  /// An option and what is said about it.
  struct Entry: Sendable {
    /// Every way to type it, the first is the name that help and errors use.
    let spellings: [String]
    /// What stands for the value, or `nil` for a flag.
    let placeholder: String?
    /// What it does, its choices and its default.
    let text: String
    /// What the value can be completed to, or `nil` for a flag.
    let completion: Completion?
  }

  let name: String
  let summary: String
  let discussion: String
  let operand: String?
  let groups: [(title: String, entries: [Entry])]

  /// Collects what a command says of itself.
  init<Settings: Command>(_ command: Settings.Type) {
    let defaults = Settings()
    name = Settings.name
    summary = Settings.summary
    discussion = Settings.discussion
    operand = Settings.operandPlaceholder
    groups = Settings.optionGroups.map { group in
      (group.title, group.options.map { Entry($0, defaults: defaults) })
    }
  }

  /// All options, in the order in which the help shows them.
  var entries: [Entry] { groups.flatMap(\.entries) }

  /// How the command is typed.
  var usage: String { "relic \(name)" + (operand.map { " " + $0 } ?? "") + " [options]" }

  /// What the arguments without a dash can be completed to.
  var operandCompletion: Completion {
    guard let operand, !operand.contains("NAME") else { return .unknown }
    return ["[FOLDER]", "[DIR]"].contains(operand) ? .folders : .files
  }
}

extension CommandManual.Entry {
  fileprivate init<Settings>(_ option: Option<Settings>, defaults: Settings) {
    spellings = option.spellings
    placeholder = option.placeholder
    guard let placeholder = option.placeholder else {
      (text, completion) = (option.help, nil)
      return
    }
    let choices = option.choices.isEmpty ? "" : ": \(option.expected)"
    let value = option.get(defaults).map { " (default \($0))" } ?? ""
    text = option.help + choices + value
    completion =
      !option.choices.isEmpty
      ? .words(option.choices)
      : placeholder == "DIR"
        ? .folders : ["FILE", "PATH", "RUN"].contains(placeholder) ? .files : .unknown
  }
}
