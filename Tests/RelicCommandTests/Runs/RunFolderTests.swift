import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// What a run finds in its folder, and what it leaves there.
@Suite struct RunFolderTests {
  @Test(arguments: [[], ["--overwrite"]])
  func `a folder that another process trains in is refused by its name`(_ more: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/r"
    let lock = try FolderLock(path, writing: [])
    let captured = Captured.run(ShortRun.small + ["--save-model-dir", path] + more)
    #expect(captured.code == .output)
    #expect(captured.error.hasPrefix("relic: \(path): another process is writing to it; "))
    #expect(try folder.names("r") == [])
    lock.release()
  }

  @Test(arguments: [
    "checkpoint.safetensors.12-3.partial", "checkpoint.previous.safetensors.12-0.partial",
  ])
  func `what a killed run left unfinished goes when the next begins`(_ left: String) throws {
    let folder = try TemporaryFolder()
    try "left".write(toFile: "\(folder.path)/\(left)", atomically: true, encoding: .utf8)
    let photos = try PhotoFolder()
    let captured = Captured.run(try ShortRun.tiny(photos) + ["--save-model-dir", folder.path])
    #expect(captured.error == "")
    #expect(try !folder.names().contains { $0.hasSuffix(".partial") })
  }

  @Test func `a folder that holds a run is not overwritten`() throws {
    let folder = try TemporaryFolder()
    try "{}".write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let captured = Captured.run(ShortRun.small + ["--save-model-dir", folder.path])
    #expect(captured.code == .input)
    #expect(
      captured.error == """
        relic: \(folder.path): already holds a run; go on with '--resume \(folder.path)', name \
        another --save-model-dir, or replace it with --overwrite

        """)
    #expect(try folder.text("config.json") == "{}")
  }

  @Test func `features and events that are there are not lost without a word`() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let features = ["features", "features-online", "features-random-init", "features-raw-pixels"]
    for name in features {
      try folder.write("run/\(name)/features.json", Data())
      try folder.write("run/\(name)/train_features.npy", Data())
      let captured = Captured.run(ShortRun.small + ["--save-model-dir", run])
      #expect(captured.code == .input)
      #expect(captured.error.contains("/features.json: is there already"), "\(captured.error)")
    }
    try folder.write("run/notes.txt", Data())
    try folder.write("run/events.out.tfevents.1", Data())
    let captured = Captured.run(ShortRun.small + ["--save-model-dir", run])
    #expect(captured.error.contains("\(run)/events.out.tfevents.1: is there already"))
    let photos = try PhotoFolder()
    let replaced = Captured.run(
      try ShortRun.tiny(photos) + ["--overwrite", "--save-model-dir", run])
    #expect(replaced.code == .success, "\(replaced.error)")
    #expect(try folder.names("run").contains("notes.txt"))
    for name in features { #expect(try folder.names("run/" + name) == [], "\(name)") }
    #expect(try !folder.names("run").contains("events.out.tfevents.1"))
  }

  @Test func `a file that a run would write is not replaced either`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/encoder.safetensors"
    try "mine".write(toFile: path, atomically: true, encoding: .utf8)
    let captured = Captured.run(ShortRun.small + ["--save-model-dir", folder.path])
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(path): is there already, and a run would "))
    #expect(try folder.names() == ["encoder.safetensors"])
    #expect(try folder.text("encoder.safetensors") == "mine")
  }

  @Test func `a demo is of the built-in images, whatever lies in the usual folder`() {
    let pretraining = DemoCommand().pretraining
    #expect(pretraining.recorded.datasetName == .shapes && pretraining.recorded.namesDataset)
  }

  @Test(arguments: [("config.json", #"{"dataset_name": "cifar10"}"#), ("metrics.jsonl", "mine")])
  func `a demo replaces nothing but a demo`(_ name: String, _ text: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/\(name)"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      Captured.run("demo", "--output", folder.path)
        == Captured(
          error: "relic: '--output' is \(folder.path), where \(path) is of no demo; name another "
            + "folder\n", code: .usage))
    #expect(try folder.names() == [name] && folder.text(name) == text)
  }
}
