/// A shell for which the program writes completions.
enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish

  /// The script that completes the commands of `manuals` in this shell.
  func completions(of manuals: [CommandManual]) -> String {
    switch self {
    case .bash: BashCompletions(commands: manuals).text
    case .zsh: ZshCompletions(commands: manuals).text
    case .fish: FishCompletions(commands: manuals).text
    }
  }

  /// What stands where a command does and is none: it takes the name of one, or of a shell.
  static func words(
    beside manuals: [CommandManual]
  ) -> [(name: String, summary: String, operands: [String])] {
    [
      ("help", "show the options of a command", manuals.map(\.name)),
      ("completions", "print the completions of a shell", allCases.map(\.rawValue)),
      ("version", "print the version", []),
    ]
  }
}

extension CommandManual.Entry {
  /// The spellings that are completed: not those of one dash and several letters, which the
  /// reference's users type and of which each has a twin.
  var completedSpellings: [String] {
    spellings.filter { $0.hasPrefix("--") || $0.count == 2 }
  }
}

extension String {
  /// The text as one word of a shell that knows no escape between quotes: bash and zsh.
  var shellQuoted: String { "'" + replacing("'", with: "'\\''") + "'" }
}
