import Foundation
import TestSupport
import Testing

@testable import relic

@Suite struct MetricsCommandTests {
  @Test func `CSV has a column for each number and a line for each of the file`() throws {
    let folder = try TemporaryFolder()
    let (a, b) = (folder.path + "/a,1", folder.path + "/b")
    for path in [a, b] { try SampleRun.write(path, steps: 2) }
    let one = Captured.run("metrics", a)
    #expect(
      one
        == Captured(
          output: """
            step,epoch,eval_knn_top1,eval_seconds,eval_top1,gamma,kl,learning_rate,logit_scale,loss,\
            seconds,spread,top1,top5
            1,1,,,,0.99,0.1,0.001,2,5,0,0.9,0.5,0.75
            1,,0.3,1,0.4,,,,,,,,,
            2,1,,,,0.99,0.1,0.001,2,4.999,1,,,

            """))
    let two = Captured.run("metrics", a, b, "--output", folder.path + "/curves.csv")
    #expect(two == Captured())
    let lines = try folder.text("curves.csv").split(separator: "\n")
    #expect(lines.count == 7 && lines[0].hasPrefix("run,step,epoch,"))
    #expect(lines[1].hasPrefix("\"a,1\",1,1,") && lines[4].hasPrefix("b,1,1,"))
  }

  @Test func `event files of runs go to a folder each, once`() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try SampleRun.write("\(folder.path)/\(name)", steps: 3) }
    let arguments = [
      "metrics", folder.path + "/a", folder.path + "/b", "--tensorboard", folder.path + "/logs",
    ]
    #expect(Captured.run(arguments).code == .success)
    #expect(try folder.names("logs") == ["a", "b"])
    let names = try folder.names("logs/b")
    #expect(names.count == 1)
    let reader = EventReader([UInt8](try folder.bytes("logs/b/\(names[0])")))
    let events = try #require(reader).events
    #expect(events.map(\.step) == [0, 1, 1, 2, 3])
    #expect(events[3].scalars["train/loss"] == 4.999)
    #expect(events[2].scalars == ["eval/knn_top1": 0.3, "eval/seconds": 1, "eval/top1": 0.4])
    let again = Captured.run(arguments)
    #expect(again.code == .usage && again.error.contains("logs/a' holds event files already"))
    #expect(try folder.names("logs/b") == names)
    // Two names of one folder's runs, which differ in dots alone.
    let both = Captured.run(
      "metrics", folder.path + "/b", folder.path + "/./b", "--tensorboard",
      folder.path + "/more")
    #expect(both.code == .usage && both.error.contains("would both go to"), "\(both)")
    #expect(try !folder.names().contains("more"))
  }

  @Test func `what is no run is named`() throws {
    let folder = try TemporaryFolder()
    #expect(Captured.run("metrics").error.contains("a run folder is missing"))
    let none = Captured.run("metrics", folder.path)
    #expect(none.code == .input && none.error.contains("holds no run"))
    try SampleRun.write(folder.path + "/a", steps: 3)
    let both = Captured.run(
      "metrics", folder.path + "/a", "--output", "x.csv", "--tensorboard", "y")
    #expect(both.code == .usage)
    try FileManager.default.removeItem(atPath: folder.path + "/a/metrics.jsonl")
    let empty = Captured.run("metrics", folder.path + "/a")
    #expect(empty.code == .input)
    #expect(
      empty.error
        == "relic: \(folder.path)/a/metrics.jsonl: cannot be read: No such file or directory\n")
  }
}
