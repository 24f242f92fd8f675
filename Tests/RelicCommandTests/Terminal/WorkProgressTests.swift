import Testing

@testable import relic

@Suite struct WorkProgressTests {
  @Test(arguments: [(0.0, 0), (0.049, 0), (0.05, 1), (0.5, 10), (1, 20), (7, 20), (-1, 0)])
  func `a bar is as full as the work is done`(share: Double, filled: Int) {
    let bar = WorkProgress.bar(share)
    #expect(bar.count == 22)
    #expect(bar.count { $0 == "#" } == filled)
  }

  @Test func `a terminal shows a bar, rate and time left, and nothing stays`() throws {
    let texts = Captured.with { console in
      let terminal = Console(
        write: console.write, writeError: console.writeError, isTerminal: true)
      var progress = WorkProgress(terminal, "search", of: 400, "queries")
      progress.show(100)
      progress.erase()
    }
    #expect(texts.output.hasPrefix("search: [#####...............] 100/400 queries  "))
    #expect(texts.output.contains(" queries/s  0 s left"))
    #expect(texts.output.hasSuffix("\r\u{1b}[J"))
    #expect(texts.error == "")
  }

  @Test func `without a terminal nothing is said of short work`() {
    let texts = Captured.with { console in
      var progress = WorkProgress(console, "search", of: 400, "queries")
      progress.show(100)
      progress.keep()
    }
    #expect(texts == Captured())
  }
}
