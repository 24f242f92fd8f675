/// A script that completes the program's command lines in fish.
struct FishCompletions {
  let commands: [CommandManual]

  /// The script.
  var text: String {
    let others = Shell.words(beside: commands)
    var lines = [
      "# Completions of relic \(Program.version) for fish, written by 'relic completions fish'.",
      "function __relic_command",
      "    set -l words (commandline -opc)",
      "    test (count $words) -ge 2; and test $words[2] = $argv[1]",
      "end",
      "function __relic_no_command",
      "    test (count (commandline -opc)) -eq 1",
      "end",
      "complete -c relic -f",
    ]
    for (name, summary) in commands.map({ ($0.name, $0.summary) })
      + others.map({ ($0.name, $0.summary) })
    {
      lines.append("complete -c relic -n __relic_no_command -a \(name) -d \(Self.quoted(summary))")
    }
    for command in commands {
      let head = "complete -c relic -n '__relic_command \(command.name)'"
      lines.append(head + Self.operands(command.operandCompletion))
      lines += command.entries.map { head + Self.options($0) }
    }
    for word in others where !word.operands.isEmpty {
      let operands = word.operands.joined(separator: " ")
      lines.append("complete -c relic -n '__relic_command \(word.name)' -a '\(operands)'")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func operands(_ completion: CommandManual.Completion) -> String {
    switch completion {
    case .words(let words): " -a '\(words.joined(separator: " "))'"
    case .folders: " -a '(__fish_complete_directories)'"
    case .files: " -F"
    case .unknown: ""
    }
  }

  private static func options(_ entry: CommandManual.Entry) -> String {
    let names = entry.completedSpellings.map {
      $0.hasPrefix("--") ? " -l \($0.dropFirst(2))" : " -s \($0.dropFirst())"
    }
    let value: String? = entry.completion.map {
      switch $0 {
      case .words(let words): " -x -a '\(words.joined(separator: " "))'"
      case .folders: " -x -a '(__fish_complete_directories)'"
      case .files: " -r -F"
      case .unknown: " -x"
      }
    }
    return names.joined() + (value ?? "") + " -d \(quoted(entry.text))"
  }

  /// Between quotes, fish reads `\'` and `\\` as the characters behind the backslash.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
