import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct SignalTests {
  /// The arguments of a run on eight images in `folder`, for many epochs of four steps.
  private func arguments(_ folder: borrowing TemporaryFolder) throws -> [String] {
    let data = folder.path + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    for index in 0..<8 {
      try FileManager.default.copyItem(
        atPath: Fixtures.path("images/rgb.png"), toPath: "\(data)/\(index).png")
    }
    return [
      "pretrain", "--dataset-name", "folder", "--dataset-path", data, "--image-size", "8", "-b",
      "2", "--num-epochs", "10000", "--use-siglip", "--save-model-dir", folder.path + "/run",
    ]
  }

  // Tests in this process may have switched signals off, which a process passes on.
  @Test(arguments: [[SIGHUP, SIGHUP], [SIGUSR1, SIGUSR1], [SIGUSR1, SIGTERM]])
  func `a terminal that closes or a limit of time ends a run that is saved`(
    _ signals: [Int32]
  ) throws {
    let folder = try TemporaryFolder()
    let run = Executable(
      try arguments(folder), launcher: ["/usr/bin/env", "--default-signal=HUP,USR1"])
    try run.start(
      interruptingWhen: { try folder.text("run/metrics.jsonl").contains("\n") }, by: signals)
    #expect(run.code == ExitCode.interrupted.rawValue)
    #expect(run.errors.contains("interrupted: the step is being finished and saved; "))
    #expect(run.errors.hasSuffix("go on with 'relic pretrain --resume \(folder.path)/run'\n"))
    #expect(try folder.names("run").contains("checkpoint.safetensors"))
  }

  @Test func `under nohup a terminal may close`() throws {
    let folder = try TemporaryFolder()
    let run = Executable(try arguments(folder), launcher: ["/usr/bin/env", "--ignore-signal=HUP"])
    var lines = 0
    try run.start(
      interruptingWhen: {
        lines = try folder.text("run/metrics.jsonl").split(separator: "\n").count
        return lines > 0
      }, by: [SIGHUP, SIGHUP, SIGHUP, SIGINT])
    #expect(run.code == ExitCode.interrupted.rawValue)
    // The line of the signal that was listened to, and the last one.
    #expect(run.errors.split(separator: "\n").count == 2)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an extraction that is ended leaves no part of a file`(number: Int32) throws {
    let folder = try TemporaryFolder()
    let run = Executable([
      "extract", "--raw-pixels", "--dataset-name", "shapes", "--image-size", "256", "-b", "16",
      "--output", folder.path + "/f",
    ])
    try run.start(
      interruptingWhen: {
        try folder.names("f").contains { $0.hasPrefix("train_features.npy.") }
      }, by: [number])
    #expect(run.code == 128 + number)
    #expect(try folder.names("f") == [])
  }

  @Test func `a limit on the size of files is an error with its cause, not a death`() throws {
    let folder = try TemporaryFolder()
    // Blocks of 512 bytes.
    let run = Executable(
      try arguments(folder), launcher: ["/bin/sh", "-c", #"ulimit -f 2; exec "$0" "$@""#])
    try run.start(interruptingWhen: { false })
    let log = folder.path + "/run/metrics.jsonl"
    #expect(run.code == ExitCode.output.rawValue)
    #expect(run.errors == "relic: \(log): cannot be written: File too large\n")
    let text = try folder.text("run/metrics.jsonl")
    #expect(text.count > 200 && text.count <= 1024 && text.hasSuffix("}\n"))
  }

  @Test func `messages go to no file where the standard descriptors are closed`() throws {
    let folder = try TemporaryFolder()
    let script = #"exec "$0" "$@" 0<&- 1>&- 2>&-"#
    let run = Executable(
      try arguments(folder) + ["--num-epochs", "1"], launcher: ["/bin/sh", "-c", script])
    try run.start(interruptingWhen: { false })
    #expect(run.code == ExitCode.success.rawValue)
    for name in ["config.json", "metrics.jsonl"] {
      let text = try folder.text("run/\(name)")
      #expect(text.hasPrefix("{") && !text.contains("images of folder"), "\(text)")
    }
    // Reading compares the checksum.
    let checkpoint = try CheckpointFile.read(folder.path + "/run/checkpoint.safetensors")
    #expect(checkpoint.metadata["step"] != nil)
  }
}
