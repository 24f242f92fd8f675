import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// Runs whose config.json has a relative path, started from a folder where it leads nowhere.
@Suite struct RecordedPathTests: ~Copyable {
  let folder: TemporaryFolder
  let run: String
  let config: String

  init() throws {
    folder = try TemporaryFolder()
    run = folder.path
    config = folder.path + "/config.json"
  }

  private func write(dataset: String, path: String) throws {
    for name in ["encoder", "checkpoint"] {
      let path = "\(folder.path)/\(name).safetensors"
      let encoder = EncoderModel.resnet18.network(stem: .imagenet, seed: 0)
      try Safetensors.write(encoder.stateDict(), to: path)
    }
    try "{\"dataset_name\": \"\(dataset)\", \"dataset_path\": \"\(path)\", \"image_size\": 16}"
      .write(toFile: config, atomically: true, encoding: .utf8)
  }

  @Test(arguments: [["evaluate", "RUN"], ["extract", "RUN"], ["pretrain", "--resume", "RUN"]])
  func `a folder that is not found says which file named it, and from where it was looked for`(
    _ arguments: [String]
  ) throws {
    try write(dataset: "folder", path: "no/such-photos")
    let typed = arguments.map { $0.replacing("RUN", with: run) }
    let captured = Captured.run(typed)
    #expect(captured.code == .input)
    #expect(
      captured.error
        == "relic: no/such-photos: not found; 'no/such-photos' is from \(config) and was looked for "
        + "in \(FileManager.default.currentDirectoryPath): name the folder by --dataset-path\n")
    // A folder that was typed is where its user is.
    let own = Captured.run(typed + ["--dataset-path", "none-here"])
    #expect(
      own.error == "relic: none-here: not found; name a folder of images by --dataset-path\n")
  }

  @Test func `an absolute path is the same from everywhere`() throws {
    try write(dataset: "folder", path: "/no/such-photos")
    #expect(
      Captured.run("evaluate", run).error
        == "relic: /no/such-photos: not found; name a folder of images by --dataset-path\n")
  }

  @Test func `a data set that could not be fetched says so, too`() throws {
    let relative = String(repeating: "../", count: 40) + folder.path.dropFirst() + "/none"
    try write(dataset: "stl10", path: relative)
    let captured = Captured.run(
      "pretrain", "--config", config, "--save-model-dir", folder.path + "/r", "--mirror",
      "http://127.0.0.1:1")
    #expect(captured.code == .input)
    let place = "'\(relative)' is from \(config) and was looked for in "
    #expect(captured.error.contains("; \(place)"), "\(captured.error)")
    #expect(captured.error.contains("name its folder by --dataset-path"))
  }

  @Test func `what the cause is decides how the program ends`() {
    let place = RecordedPath(path: "data", file: "config.json")
    let cases: [(cause: any Error, code: ExitCode)] = [
      (FileError.cannotWrite(path: "a", reason: "b"), .output),
      (DatasetError.noFolder(path: "data"), .input),
    ]
    for (cause, code) in cases {
      #expect(ExitCode(for: MisplacedData(place: place, directory: "/", cause: cause)) == code)
    }
  }
}
