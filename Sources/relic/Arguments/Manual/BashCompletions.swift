/// A script that completes the program's command lines in bash.
struct BashCompletions {
  let commands: [CommandManual]

  /// The script.
  var text: String {
    let others = Shell.words(beside: commands)
    let names = (commands.map(\.name) + others.map(\.name)).joined(separator: " ")
    return """
      # Completions of relic \(Program.version) for bash, written by 'relic completions bash'.
      _relic() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options= words=
        # An option and its value with = between them are three words here.
        if [[ $word == = ]]; then
          word=
        elif [[ $previous == = ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        COMPREPLY=()
        compopt +o default
        if (( COMP_CWORD == 1 )); then
          COMPREPLY=($(compgen -W \(names.shellQuoted) -- "$word"))
          return
        fi
        case ${COMP_WORDS[1]} in
      \(commands.map(branch).joined(separator: "\n"))
      \(others.map { "    \($0.name)) words=\($0.operands.joined(separator: " ").shellQuoted) ;;" }
        .joined(separator: "\n"))
        esac
        if [[ $word == -* ]]; then
          COMPREPLY=($(compgen -W "$options --help" -- "$word"))
        else
          COMPREPLY=($(compgen -W "$words" -- "$word"))
        fi
      }
      complete -F _relic relic

      """
  }

  private func branch(_ command: CommandManual) -> String {
    let options = command.entries.flatMap(\.completedSpellings).filter { $0.hasPrefix("--") }
    var lines = [
      "    \(command.name))", "      options=\(options.joined(separator: " ").shellQuoted)",
      "      case $previous in",
    ]
    for entry in command.entries {
      guard let completion = entry.completion else { continue }
      let spellings = entry.completedSpellings.joined(separator: "|")
      lines.append("        \(spellings)) \(Self.answer(completion))return ;;")
    }
    lines += [
      "      esac",
      "      [[ $word == -* ]] || { \(Self.answer(command.operandCompletion))}",
      "      ;;",
    ]
    return lines.joined(separator: "\n")
  }

  /// Commands that make completions, each with its end.
  private static func answer(_ completion: CommandManual.Completion) -> String {
    switch completion {
    case .words(let words):
      "COMPREPLY=($(compgen -W \(words.joined(separator: " ").shellQuoted) -- \"$word\")); "
    case .folders: "compopt -o dirnames; "
    case .files: "compopt -o default; "
    case .unknown: ":; "
    }
  }
}
