import Foundation
import Testing

@testable import relic

@Suite struct ManualPageTests {
  private let page = Captured.run("help", "--man").output

  @Test func `every command has a section with all its options`() {
    for command in Relic.commands.map({ CommandManual($0) }) {
      #expect(page.contains("\n.SS relic \(command.name)"), "\(command.name)")
      for entry in command.entries {
        let name = ManualPage.escaped(entry.spellings[0])
        #expect(page.contains("\n.TP\n\\fB\(name)\\fR"), "\(command.name) \(name)")
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
