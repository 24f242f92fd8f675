import Foundation
import TestSupport
import Testing

@testable import relic

@Suite struct CompletionsTests {
  private static let manuals = Relic.commands.map { CommandManual($0) }

  /// Where a shell is, or `nil` if it is not installed.
  private static func path(of shell: String) -> String? {
    ["/bin/", "/usr/bin/"].map { $0 + shell }.first(where: FileManager.default.isExecutableFile)
  }

  /// Returns what a shell prints.
  private func output(of arguments: String...) throws -> String {
    let path = try #require(Self.path(of: arguments[0]))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(arguments.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test(arguments: Shell.allCases)
  func `every command and every long option is in the script of each shell`(_ shell: Shell) {
    let captured = Captured.run("completions", shell.rawValue)
    #expect(captured.code == .success && captured.error.isEmpty)
    let lines = captured.output.split(separator: "\n")
    for command in Self.manuals {
      let own =
        shell == .fish ? Self.fishLines(lines, of: command) : Self.branch(lines, of: command)
      #expect(!own.isEmpty, "\(command.name)")
      let words = Set(own.flatMap(Self.words))
      for spelling in command.entries.flatMap(\.spellings) where spelling.hasPrefix("--") {
        let isThere =
          shell == .fish
          ? own.contains { $0.contains(" -l \(spelling.dropFirst(2)) ") } : words.contains(spelling)
        #expect(isThere, "\(command.name) \(spelling)")
      }
    }
  }

  /// The lines of a fish script that are for a command.
  private static func fishLines(
    _ lines: [Substring], of command: CommandManual
  ) -> [Substring] {
    lines.filter { $0.hasPrefix("complete -c relic -n '__relic_command \(command.name)' ") }
  }

  /// The branch for a command in a script of bash or zsh.
  private static func branch(_ lines: [Substring], of command: CommandManual) -> [Substring] {
    guard let start = lines.firstIndex(of: "    \(command.name))") else { return [] }
    return Array(lines[(start + 1)...].prefix { $0 != "      ;;" })
  }

  /// The words of a line of bash or zsh, without what zsh is told that an option does.
  private static func words(_ line: Substring) -> [String] {
    line.prefix { $0 != "[" }.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map { String($0) }
  }

  @Test func `a shell that has no script is refused with those that have`() {
    #expect(
      Captured.run("completions", "zhs")
        == Captured(
          error:
            "relic: option 'relic completions' cannot be 'zhs': give bash, zsh or fish (did you "
            + "mean 'zsh'?)\n", code: .usage))
    #expect(Captured.run("completions").code == .usage)
  }

  @Test(
    .enabled(if: path(of: "bash") != nil, "there is no bash"),
    arguments: [
      (["relic", "pret"], "pretrain"),
      (["relic", "extract", "--encoder-mod"], "--encoder-model-name"),
      (["relic", "extract", "-m", "resnet5"], "resnet50"),
      (["relic", "extract", "--stem", "=", "c"], "cifar"),
      (["relic", "extract", "--stem", "="], "imagenet cifar small"),
      (["relic", "extract", "--seed", ""], ""),
      (["relic", "help", "conv"], "convert"),
      (["relic", "completions", ""], "bash zsh fish"),
    ])
  func `bash completes commands, options and their values`(
    _ words: [String], _ expected: String
  ) throws {
    let script = Captured.run("completions", "bash").output
    // The call that readline makes; compopt works only there.
    let call = """
      compopt() { :; }
      \(script)
      COMP_WORDS=(\(words.map(\.shellQuoted).joined(separator: " "))); COMP_CWORD=\(words.count - 1)
      _relic
      echo "${COMPREPLY[*]}"
      """
    #expect(try output(of: "bash", "--norc", "-c", call) == expected + "\n")
  }

  @Test(
    .enabled(if: path(of: "fish") != nil, "there is no fish"),
    arguments: [
      ("relic pret", ["pretrain"]), ("relic extract -m resnet5", ["resnet50"]),
      ("relic extract --encoder-mod", ["--encoder-model-name"]),
      ("relic extract --stem=c", ["--stem=cifar"]), ("relic help conv", ["convert"]),
      ("relic completions ", ["bash", "fish", "zsh"]),
    ])
  func `fish completes commands, options and their values`(
    _ line: String, _ expected: [String]
  ) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/relic.fish"
    try Captured.run("completions", "fish").output.write(
      toFile: path, atomically: true, encoding: .utf8)
    let found = try output(
      of: "fish", "--no-config", "-c", "source \(path); complete --do-complete '\(line)'")
    let words = found.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(words == expected)
  }

  @Test(.enabled(if: path(of: "zsh") != nil, "there is no zsh"))
  func `zsh reads its script`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/_relic"
    try Captured.run("completions", "zsh").output.write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(try output(of: "zsh", "-f", "-n", path) == "")
  }
}
