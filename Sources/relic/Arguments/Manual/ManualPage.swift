/// The manual page of the program, in the macros of man(7).
struct ManualPage {
  /// The commands in their order.
  let commands: [CommandManual]
  /// What a command line can end with: codes and their meanings.
  let exitCodes: [(code: Int32, meaning: String)]

  /// The page.
  var text: String {
    let head = """
      .\\" Written by 'relic help --man'.
      .TH RELIC 1 "" "relic \(Program.version)" "User Commands"
      .SH NAME
      relic \\- self\\-supervised pretraining by ReLIC on a CPU, and linear probes
      .SH SYNOPSIS
      .B relic
      .I COMMAND
      [options]
      .br
      .B relic help
      .RI [ COMMAND ]
      .br
      .B relic completions
      .RB { bash | zsh | fish }
      .SH DESCRIPTION
      Options may be typed with hyphens or underscores between their words, as \\fB\\-\\-option\\fR
      \\fIvalue\\fR or \\fB\\-\\-option=\\fR\\fIvalue\\fR. The last of several equal options holds. What
      follows \\fB\\-\\-\\fR is no option.
      .SH COMMANDS

      """
    let codes = exitCodes.map { ".TP\n.B \($0.code)\n\(Self.escaped($0.meaning))\n" }
    return head + commands.map { section($0) }.joined() + ".SH EXIT STATUS\n" + codes.joined()
  }

  private func section(_ command: CommandManual) -> String {
    var text = ".SS \(Self.escaped(command.usage))\n" + Self.paragraphs(of: command.discussion)
    for group in command.groups {
      text += ".PP\n\(Self.escaped(group.title)):\n"
      for entry in group.entries { text += Self.item(entry) }
    }
    return text
  }

  private static func item(_ entry: CommandManual.Entry) -> String {
    let names = entry.spellings.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
    let value = entry.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? ""
    return ".TP\n\(names)\(value)\n\(escaped(entry.text))\n"
  }

  /// Paragraphs stand between empty lines; what is indented is an example, line by line.
  private static func paragraphs(of text: String) -> String {
    let blocks = text.split(separator: "\n\n")
    return blocks.map { block in
      let lines = block.split(separator: "\n").map { escaped(String($0)) }
      return block.hasPrefix("  ")
        ? ".PP\n.nf\n" + lines.joined(separator: "\n") + "\n.fi\n"
        : ".PP\n" + lines.joined(separator: "\n") + "\n"
    }.joined()
  }

  /// A line in which roff finds nothing to carry out, and whose hyphens can be copied.
  static func escaped(_ line: String) -> String {
    let text = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}
