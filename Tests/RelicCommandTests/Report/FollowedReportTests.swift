import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct FollowedReportTests {
  /// Says in a checkpoint how many of ten steps are saved.
  private static func save(_ step: Int, of path: String) throws {
    var dict = StateDict()
    dict.metadata = ["step": "\(step)", "steps_per_epoch": "10"]
    try Safetensors.write(dict, to: RunFolder(path: path).checkpointPath)
  }

  @Test func `a page loads itself again until the run has ended`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    try SampleRun.write(run, steps: 4)
    var options = try RunFolder(path: run).options()
    options.configuration.epochs = 1
    try RunFolder(path: run).write(options)
    var command = ReportCommand()
    command.common.operands = [run]
    command.output = folder.path + "/r.html"
    command.interval = 7
    command.follows = true
    var pages: [String] = []
    let captured = try Captured.with { console in
      try command.follow(console) {
        pages.append((try? folder.text("r.html")) ?? "")
        do {
          switch pages.count {
          case 1: try SampleRun.write(run, steps: 8)
          case 2: try Self.save(8, of: run)
          default: try Self.save(10, of: run)
          }
          // The sample is of the default number of epochs.
          try RunFolder(path: run).write(options)
        } catch {
          Issue.record(error)
        }
      }
    }
    #expect(
      captured.output
        == "\(folder.path)/r.html: open it in a browser; it is made anew until the run has ended\n"
    )
    #expect(pages.count == 3)
    for page in pages {
      #expect(page.contains("<meta http-equiv=\"refresh\" content=\"7\"/>"))
      let parsed = try ParsedPage(page)
      #expect(parsed.text.contains("The run goes on"))
    }
    #expect(pages[0].contains("4 steps taken") && pages[1].contains("8 steps taken"))
    // Ended, it is written at once and stays.
    let last = Captured.run("report", run, "--follow", "--output", command.output, "--no-images")
    #expect(last.code == .success, "\(last.error)")
    #expect(!(try folder.text("r.html")).contains("http-equiv=\"refresh\""))
  }

  @Test func `an interval alone is refused`() {
    let captured = Captured.run("report", "x", "--interval", "5")
    #expect(captured.code == .usage)
    #expect(captured.error.contains("'--interval' is for '--follow'"))
  }
}
