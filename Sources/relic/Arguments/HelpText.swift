/// The texts of `--help`.
enum HelpText {
  /// The help of the whole program, which ends with what its exit codes mean.
  static func program(_ commands: [any Command.Type], exitCodes: String) -> String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let list = commands.map { command in
      "  " + command.name.padded(to: width + 2) + command.summary
    }
    return """
      relic \(Program.version): self-supervised pretraining by ReLIC on a CPU, and linear probes

      usage: relic COMMAND [options]

      \(list.joined(separator: "\n"))

      'relic help COMMAND' shows the options of a command, 'relic help --man' prints the manual page,
      'relic completions SHELL' what completes commands in bash, zsh or fish. Try 'relic demo' first.
      Exit codes: \(exitCodes).

      """
  }

  /// The help of one command.
  static func command<Settings: Command>(_ command: Settings.Type) -> String {
    let manual = CommandManual(command)
    var text = "usage: \(manual.usage)\n\n" + manual.discussion + "\n"
    for group in manual.groups {
      text += "\n\(group.title):\n"
      for entry in group.entries {
        let typed = [entry.spellings.joined(separator: ", "), entry.placeholder ?? ""]
        let head = "  " + typed.filter { !$0.isEmpty }.joined(separator: " ")
        let lines = wrapped(entry.text, width: 98 - indent)
        let margin = String(repeating: " ", count: indent)
        text += head.count < indent - 1 ? head.padded(to: indent) : head + "\n" + margin
        text += lines.joined(separator: "\n" + margin) + "\n"
      }
    }
    return text
  }

  private static let indent = 34

  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let line = lines[lines.count - 1]
      if !line.isEmpty && line.count + 1 + word.count > width {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] = line.isEmpty ? String(word) : line + " " + word
      }
    }
    return lines
  }
}

extension String {
  /// The string followed by spaces up to `width` characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
