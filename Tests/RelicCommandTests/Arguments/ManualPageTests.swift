import Foundation
import Testing

@testable import relic

@Suite struct ManualPageTests {
  private let page = Captured.run("help", "--man").output

  /// The section of a command, to the next one's.
  private func section(of command: CommandManual) throws -> Substring {
    let heading = "\n.SS relic \(command.name) "
    let start = try #require(page.firstRange(of: heading), "\(command.name)").upperBound
    let rest = page[start...]
    let ends = ["\n.SS ", "\n.SH "].compactMap { rest.firstRange(of: $0)?.lowerBound }
    return rest[..<(ends.min() ?? rest.endIndex)]
  }

  @Test func `every command has a section with all its options`() throws {
    for command in Relic.commands.map({ CommandManual($0) }) {
      let section = try section(of: command)
      for entry in command.entries {
        let name = ManualPage.escaped(entry.spellings[0])
        #expect(section.contains("\n.TP\n\\fB\(name)\\fR"), "\(command.name) \(name)")
      }
    }
    for code in ExitCode.allCases { #expect(page.contains(".B \(code.rawValue)\n")) }
  }

  @Test func `roff finds no request in a text`() {
    #expect(ManualPage.escaped(".5 of it") == "\\&.5 of it")
    #expect(ManualPage.escaped("'--x' \\n") == "\\&'\\-\\-x' \\en")
    let requests: Set = [
      ".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".I", ".RI", ".RB", ".br", ".nf", ".fi",
    ]
    for line in page.split(separator: "\n") where line.hasPrefix(".") && !line.hasPrefix(".\\\"") {
      #expect(requests.contains(String(line.prefix { $0 != " " })), "\(line)")
    }
  }
}
