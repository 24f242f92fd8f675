import Foundation
import Testing

@testable import relic

@Suite struct ProgramTests {
  @Test(arguments: [[], ["--help"], ["-h"], ["help"]])
  func `the program lists its commands`(_ arguments: [String]) {
    let captured = Captured.run(arguments)
    #expect(captured.code == .success)
    #expect(captured.error.isEmpty)
    for command in Relic.commands {
      #expect(captured.output.contains("\n  " + command.name), "\(command.name)")
    }
  }

  @Test func `the version is one line`() {
    #expect(Captured.run("--version") == Captured(output: "relic \(Program.version)\n"))
  }

  @Test func `output that cannot be written is not passed over`() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let process = Executable(["help"], output: full)
    try process.start(interruptingWhen: { false })
    #expect(process.code == ExitCode.output.rawValue)
    #expect(
      process.errors
        == "relic: standard output: cannot be written: No space left on device; send it elsewhere\n"
    )
  }

  @Test func `an unknown command suggests the nearest and ends with code 2`() {
    #expect(
      Captured.run("inf")
        == Captured(error: "relic: unknown command 'inf'; did you mean 'info'?\n", code: .usage))
  }

  @Test func `an unknown option ends with code 2 and one line`() {
    #expect(
      Captured.run("info", "--thread", "2")
        == Captured(
          error: "relic: unknown option '--thread'; did you mean '--threads'?\n", code: .usage))
  }

  @Test func `every option of every command is in its help`() {
    for command in Relic.commands { check(command) }
  }

  private func check<Settings: Command>(_ command: Settings.Type) {
    let captured = Captured.run(Settings.name, "--help")
    #expect(captured.code == .success)
    let lines = captured.output.split(separator: "\n", omittingEmptySubsequences: false)
    for option in Settings.allOptions {
      #expect(lines.contains { $0.hasPrefix("  \(option.name)") }, "\(option.name)")
    }
    for line in lines { #expect(line.count <= 100, "\(line)") }
  }
}
