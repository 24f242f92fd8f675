import Foundation
import TestSupport
import Testing

@testable import LinearProbe
@testable import RelicNN
@testable import relic

@Suite struct ReportCommandTests {
  @Test func `a page of two runs holds every figure and is well formed`() throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path + "/one", steps: 900)
    try SampleRun.write(folder.path + "/two", steps: 400)
    let output = folder.path + "/report.html"
    let captured = Captured.run(
      "report", "--no-images", folder.path + "/one", folder.path + "/two", "--output", output)
    #expect(captured == Captured(output: "\(output): 2 runs, 0.1 MB\n"))
    let page = try ParsedPage(try folder.text("report.html"))
    let ids = page.attributes["id"] ?? []
    for id in ["accuracy", "curves", "configuration", "cost", "commands"] {
      #expect(ids.contains(id), "\(id) is missing")
      #expect(page.attributes["href"]?.contains("#" + id) == true)
    }
    for chart in ["loss", "kl", "batch-accuracy", "online", "scale", "ema", "rate", "spread"] {
      #expect(ids.contains("chart-" + chart), "\(chart) is missing")
    }
    #expect(Set(ids).count == ids.count)
    // Each of the eight charts has a curve of each run, and two of them two.
    let curves = page.attributes["class"]?.filter { $0.hasPrefix("curve ") } ?? []
    #expect(curves.count == 20)
    #expect(Set(curves) == ["curve k0", "curve k1", "curve k0 dash", "curve k1 dash"])
    for text in ["68.69", "± 0.46", "calibrated logistic regressions", "epochs", "gamma"] {
      #expect(page.text.contains(text), "\(text) is missing")
    }
  }

  @Test func `a page asks for nothing from anywhere`() throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path + "/one", steps: 30)
    #expect(
      Captured.run("report", folder.path + "/one", "--output", folder.path + "/r.html").code
        == .success)
    let text = try folder.text("r.html")
    let page = try ParsedPage(text)
    for name in ["src", "href"] {
      for value in page.attributes[name] ?? [] {
        #expect(value.hasPrefix("#") || value.hasPrefix("data:"), "\(value)")
      }
    }
    #expect(!text.contains("url(") || !text.contains("url(http"))
    #expect(!text.contains("@import"))
    #expect(page.attributes["content"]?.contains { $0.hasPrefix("default-src 'none'") } == true)
  }

  @Test func `names that are markup stay text`() throws {
    let folder = try TemporaryFolder()
    let name = "<script>alert(1)<b> \"'&"
    try SampleRun.write(folder.path + "/" + name, steps: 30, classNames: PageEscapingTests.hostile)
    let output = folder.path + "/report.html"
    let captured = Captured.run("report", folder.path + "/" + name, "--output", output)
    #expect(captured.code == .success, "\(captured.error)")
    let text = try folder.text("report.html")
    let page = try ParsedPage(text)
    #expect(page.elements.count { $0 == "script" } == 2)
    #expect(!page.elements.contains("b") || !text.contains("<b> "))
    #expect(page.text.contains(name))
  }

  @Test func `a run that has taken no step has a page that says so`() throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path + "/one", steps: 0, isScored: false)
    let captured = Captured.run("report", folder.path + "/one", "--output", folder.path + "/r.html")
    #expect(captured.code == .success)
    #expect(
      captured.error == "warning: one is shown without images: it has saved no encoder yet\n")
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("No step has been taken yet."))
    #expect(page.text.contains("There is no evaluation yet."))
  }

  @Test(arguments: [
    (["report"], "a run folder is missing; see 'relic report --help'", ExitCode.usage),
    (["report", "DIR/none"], "DIR/none: holds no run", .input),
    (["report", "DIR/one", "--output", "DIR/page.txt"], "would hold a .html file", .usage),
    (
      ["report", "--no-images", "DIR/one", "--output", "DIR/no/page.html"], "cannot be written",
      .output
    ),
    (["report", "DIR/bad"], "DIR/bad/evaluation.json: holds no evaluation", .input),
    (["report", "DIR/huge"], "DIR/huge/evaluation.json: holds no evaluation", .input),
  ])
  func `what no page can be made of is told in one line`(
    _ arguments: [String], _ message: String, _ code: ExitCode
  ) throws {
    let folder = try TemporaryFolder()
    try SampleRun.write(folder.path + "/one", steps: 3)
    try SampleRun.write(folder.path + "/bad", steps: 3)
    try "{\"top1\": 3}".write(
      toFile: folder.path + "/bad/evaluation.json", atomically: true, encoding: .utf8)
    try SampleRun.write(folder.path + "/huge", steps: 3)
    let whole = try folder.text("huge/evaluation.json")
    try whole.replacing("[100, 20,", with: "[\(Int.max), 1,").write(
      toFile: folder.path + "/huge/evaluation.json", atomically: true, encoding: .utf8)
    #expect(try folder.text("huge/evaluation.json") != whole)
    let typed = arguments.map { $0.replacing("DIR", with: folder.path) }
    let captured = Captured.run(typed)
    #expect(captured.code == code)
    #expect(captured.error.contains(message.replacing("DIR", with: folder.path)))
    #expect(captured.error.split(separator: "\n").count == 1)
    #expect(try folder.names() == ["bad", "huge", "one"])
  }

  @Test func `numbers that no run has leave a page`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    try SampleRun.write(run, steps: 400)
    let lines = [
      #"{"step":9223372036854775807,"loss":1}"#, #"{"step":100000000000000000,"loss":1}"#,
      #"{"step":401,"kl":0,"loss":1e308,"seconds":-1e300,"spread":-1e308}"#,
      #"{"step":402,"kl":0,"loss":-1e308,"seconds":1e300,"top1":1e308}"#,
    ]
    let metrics = try folder.text("run/metrics.jsonl")
    try (metrics + "\n" + lines.joined(separator: "\n") + "\n").write(
      toFile: run + "/metrics.jsonl", atomically: true, encoding: .utf8)
    var notes = StateDict()
    notes.metadata = ["step": "1", "steps_per_epoch": "\(Int.max)"]
    try Safetensors.write(notes, to: RunFolder(path: run).checkpointPath)
    #expect(try ReportedRun.all(at: [run]).first?.progress == nil)
    let output = folder.path + "/r.html"
    let captured = Captured.run("report", "--no-images", run, "--output", output)
    #expect(captured.code == .success, "\(captured.error)")
    let page = try ParsedPage(try folder.text("r.html"))
    #expect(page.text.contains("lines that cannot be read are left out: 2."))
    #expect(page.text.contains("402 steps taken"))
  }

  @Test func `runs are called by the last part of their path unless others end alike`() {
    #expect(
      ReportedRun.shortNames(of: ["a/run", "b/run/", "c/other", "./d/."])
        == ["a/run", "b/run/", "other", "d"])
  }
}
