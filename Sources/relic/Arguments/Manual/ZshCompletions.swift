/// A script that completes the program's command lines in zsh.
struct ZshCompletions {
  let commands: [CommandManual]

  /// The script.
  var text: String {
    let others = Shell.words(beside: commands)
    let names =
      commands.map { ($0.name, $0.summary) } + others.map { ($0.name, $0.summary) }
    return """
      #compdef relic
      # Completions of relic \(Program.version) for zsh, written by 'relic completions zsh'.
      _relic() {
        if (( CURRENT == 2 )); then
          local -a commands=(
      \(names.map { "      " + "\($0.0):\($0.1)".shellQuoted }.joined(separator: "\n"))
          )
          _describe -t commands 'command' commands
          return
        fi
        shift words
        (( CURRENT-- ))
        case $words[1] in
      \(commands.map(branch).joined(separator: "\n"))
      \(others.map { "    \($0.name)) _arguments '1:NAME:(\($0.operands.joined(separator: " ")))' ;;" }
        .joined(separator: "\n"))
        esac
      }
      if [[ $funcstack[1] == _relic ]]; then _relic "$@"; else compdef _relic relic; fi

      """
  }

  private func branch(_ command: CommandManual) -> String {
    let options = command.entries.map { "        " + specification($0) }
    let operand = Self.action(command.operandCompletion)
    return """
          \(command.name))
            _arguments -S \\
      \((options + ["        '*:\(command.operand ?? ""):\(operand)'"]).joined(separator: " \\\n"))
            ;;
      """
  }

  /// `'(-m --model)'{-m,--model=}'[what it does]:NAME:(a b)'`.
  private func specification(_ entry: CommandManual.Entry) -> String {
    let names = entry.completedSpellings
    let typed = names.map { $0.hasPrefix("--") && entry.completion != nil ? $0 + "=" : $0 }
    let value = entry.completion.map { ":\(entry.placeholder ?? ""):\(Self.action($0))" } ?? ""
    let tail = ("[\(Self.escaped(entry.text))]" + value).shellQuoted
    return names.count == 1
      ? typed[0] + tail
      : "(\(names.joined(separator: " ")))".shellQuoted + "{\(typed.joined(separator: ","))}" + tail
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
      .replacing(":", with: "\\:")
  }

  private static func action(_ completion: CommandManual.Completion) -> String {
    switch completion {
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .folders: "_files -/"
    case .files: "_files"
    case .unknown: " "
    }
  }
}
