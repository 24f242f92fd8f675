import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct FirstUseTests {
  /// An archive of `cifar-10-batches-bin/a.bin`, and what describes it.
  struct Sample {
    let place: String
    let bytes: [UInt8]
    let archive: DatasetArchive

    init(_ folder: borrowing TemporaryFolder) throws {
      place = folder.path + "/data"
      let inner = folder.path + "/cifar-10-batches-bin"
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
      try Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }).write(
        to: URL(filePath: inner + "/a.bin"))
      let tar = Process()
      tar.executableURL = URL(filePath: "/usr/bin/env")
      tar.arguments = ["tar", "-C", folder.path, "-czf", folder.path + "/a.tar.gz"]
      tar.arguments?.append("cifar-10-batches-bin")
      try tar.run()
      tar.waitUntilExit()
      bytes = [UInt8](try folder.bytes("a.tar.gz"))
      var digest = MD5()
      digest.update(bytes)
      archive = DatasetArchive(
        size: bytes.count, fileName: "a.tar.gz", md5: digest.hexadecimal(),
        server: "http://nowhere.invalid",
        members: [.init(path: "cifar-10-batches-bin/a.bin", size: 50_000)])
    }

    /// Fetches from `server` and returns what was said and the server's requests.
    func fetch(from server: LocalServer) throws -> Captured {
      defer { server.stop() }
      let files = DatasetFiles(mirror: "http://127.0.0.1:\(server.port)")
      return try Captured.with { console in
        try files.fetchIfMissing(archive, called: "cifar10", in: place, console)
      }
    }
  }

  @Test(arguments: [LocalServer.Manner.honest, .dropping(after: 12_000)])
  func `a missing data set is fetched once, saying what, how large and where to`(
    _ manner: LocalServer.Manner
  ) throws {
    let folder = try TemporaryFolder()
    let sample = try Sample(folder)
    let server = try LocalServer(sample.bytes, manner)
    let address = "http://127.0.0.1:\(server.port)/a.tar.gz"
    let captured = try sample.fetch(from: server)
    #expect(
      captured
        == Captured(
          error: "cifar10 is not in \(sample.place): fetching \(address) (0 MB) to "
            + "\(sample.place)\n"))
    #expect(
      try folder.bytes("data/cifar-10-batches-bin/a.bin")
        == folder.bytes("cifar-10-batches-bin/a.bin"))
    let second = try LocalServer(sample.bytes, .missing)
    #expect(try sample.fetch(from: second) == Captured())
    #expect(second.requests.isEmpty)
  }

  @Test func `a folder that is there is used as it is, even an incomplete one`() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample(folder)
    try FileManager.default.createDirectory(
      atPath: sample.place + "/cifar-10-batches-bin", withIntermediateDirectories: true)
    let server = try LocalServer(sample.bytes, .honest)
    #expect(try sample.fetch(from: server) == Captured())
    #expect(server.requests.isEmpty)
  }

  @Test func `wrong bytes are refused and nothing is unpacked`() throws {
    let folder = try TemporaryFolder()
    let sample = try Sample(folder)
    var corrupt = sample.bytes
    corrupt[300] ^= 1
    let server = try LocalServer(corrupt, .honest)
    let error = #expect(throws: FirstUseError.self) { try sample.fetch(from: server) }
    #expect(error?.description.contains("its md5 is ") == true)
    // Not even the folder that was made for the data set stays.
    #expect(try folder.names() == ["a.tar.gz", "cifar-10-batches-bin"])
  }

  @Test(arguments: [
    ["pretrain", "--save-model-dir", "DIR/r"], ["pretrain", "--dataset_name", "cifar10"],
    ["extract", "--raw-pixels", "--output", "DIR/f"], ["evaluate", "DIR/run"],
    ["views", "--output", "DIR/v.png"],
  ])
  func `every command that opens a data set tells what was tried and the remedies`(
    _ arguments: [String]
  ) throws {
    let folder = try TemporaryFolder()
    let server = try LocalServer([], .missing)
    defer { server.stop() }
    var typed = arguments.map { $0.replacing("DIR", with: folder.path) }
    if arguments[0] == "evaluate" { try Self.writeRun(folder.path + "/run") }
    if !arguments.contains("cifar10") { typed += ["--dataset-name", "stl10"] }
    let name = arguments.contains("cifar10") ? "cifar10" : "stl10"
    let data = folder.path + "/data"
    let mirror = "http://127.0.0.1:\(server.port)"
    let captured = Captured.run(typed + ["--dataset-path", data, "--mirror", mirror])
    #expect(captured.code == .input)
    let lines = captured.error.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("\(name) is not in \(data): fetching \(mirror)/") == true)
    #expect(
      lines.last?.hasPrefix("relic: \(name) is not in \(data) and was not fetched: \(mirror)/")
        == true)
    #expect(
      lines.last?.hasSuffix(
        ": the server answered with status 404; name its folder by --dataset-path, another server "
          + "by --mirror, or a copy of the archive by 'relic download \(name) --dataset-path "
          + "\(data) --archive FILE'")
        == true, "\(captured.error)")
  }

  @Test func `a place that cannot be written to has its own exit code`() {
    let captured = Captured.run(
      "views", "--dataset-name", "cifar10", "--dataset-path", "/dev/null/data")
    #expect(captured.code == .output)
    #expect(captured.error.contains("/dev/null/data: cannot be written"))
  }

  @Test func `what the command line gets wrong is told before anything is fetched`() throws {
    let folder = try TemporaryFolder()
    try "{}".write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let begun = [
      "pretrain", "--dataset-path", folder.path + "/data", "--mirror", "http://127.0.0.1:1",
    ]
    for wrong in [
      ["--save-model-dir", folder.path], ["--resume", folder.path], ["--ckpt-path", "/no/file"],
    ] {
      let captured = Captured.run(begun + wrong)
      #expect(!captured.error.contains("fetch"), "\(captured.error)")
      #expect(captured.code != .success)
    }
  }

  private static func writeRun(_ path: String) throws {
    let run = RunFolder(path: path)
    try FileManager.default.createDirectory(atPath: run.path, withIntermediateDirectories: true)
    try run.write(RunOptions())
    let encoder = PretrainingConfiguration().makeEncoder()
    try Safetensors.write(encoder.stateDict(), to: run.encoderPath)
    try Safetensors.write(StateDict(), to: run.checkpointPath)
  }
}
