import Foundation
import TestSupport
import Testing

@testable import relic

@Suite struct CompletionsTests {
  private static let manuals = Relic.commands.map { CommandManual($0) }

  /// Returns what a shell prints, or `nil` if it is not installed.
  private func output(of arguments: String...) throws -> String? {
    let path = ["/bin/", "/usr/bin/"].map { $0 + arguments[0] }
      .first(where: FileManager.default.isExecutableFile)
    guard let path else { return nil }
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
    for command in Self.manuals {
      #expect(captured.output.contains(command.name))
      for spelling in command.entries.flatMap(\.spellings) where spelling.hasPrefix("--") {
        let typed = shell == .fish ? "-l \(spelling.dropFirst(2))" : spelling
        #expect(captured.output.contains(typed), "\(command.name) \(spelling)")
      }
    }
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

  @Test(arguments: [
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
    guard let found = try output(of: "bash", "--norc", "-c", call) else { return }
    #expect(found == expected + "\n")
  }

  @Test(arguments: [
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
    guard
      let found = try output(
        of: "fish", "--no-config", "-c", "source \(path); complete --do-complete '\(line)'")
    else { return }
    let words = found.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(words == expected)
  }

  @Test func `zsh reads its script`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/_relic"
    try Captured.run("completions", "zsh").output.write(
      toFile: path, atomically: true, encoding: .utf8)
    guard let found = try output(of: "zsh", "-f", "-n", path) else { return }
    #expect(found == "")
  }
}
