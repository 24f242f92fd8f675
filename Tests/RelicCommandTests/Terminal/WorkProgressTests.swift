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
    // How many seconds are left depends on how long this has taken.
    let rate = try #require(texts.output.firstRange(of: " queries/s  "))
    let left = texts.output[rate.upperBound...].prefix { $0 != "l" }
    #expect(left.hasSuffix(" s ") && Int(left.dropLast(3)) != nil, "\(left)")
    #expect(texts.output.hasSuffix("\r\u{1b}[J"))
    #expect(texts.error == "")
  }

  @Test func `a quiet console shows no progress and no remarks, but results and warnings`() {
    let texts = Captured.with { console in
      let terminal = Console(
        write: console.write, writeError: console.writeError, isTerminal: true)
      let quiet = terminal.quiet
      var progress = WorkProgress(quiet.forProgress, "search", of: 400, "queries")
      progress.show(100)
      progress.keep()
      quiet.tell("done")
      quiet.line("a result")
      quiet.writeError("note: a remark\n")
      quiet.writeError("warning: a warning\n")
    }
    #expect(texts == Captured(output: "a result\n", error: "warning: a warning\n"))
  }

  @Test func `what may end sooner has so much time left at most`() {
    let texts = Captured.with { console in
      let terminal = Console(
        write: console.write, writeError: console.writeError, isTerminal: true)
      var progress = WorkProgress(terminal, "fit", of: 10, "iterations", isLimit: true)
      progress.show(1, "objective 0.5")
    }
    #expect(texts.output.contains(" left at most  objective 0.5"))
  }

  @Test(arguments: [
    (0.0, "0 s"), (12.4, "12 s"), (250, "4 min 10 s"), (7500, "2 h 05 min"), (-1, "-"),
    (-1e300, "-"), (1e300, "-"), (Double.infinity, "-"), (Double.nan, "-"),
  ])
  func `a time that nobody can wait for is a dash`(seconds: Double, text: String) {
    #expect(seconds.duration == text)
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
