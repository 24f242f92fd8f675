import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// The program over ranks that are threads; over processes it is tested by Tests/mpi.
@Suite struct SharedCommandTests {
  private static func lines(_ run: String) throws -> [[String: Any]] {
    try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
      .compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
  }

  /// A run on ten photos in batches of five, which three ranks cut unevenly.
  private func arguments(_ folder: String, run: String) throws -> [String] {
    let photos = folder + "/photos"
    if !FileManager.default.fileExists(atPath: photos) {
      try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: false)
      let names = (1...8).map { "turned\($0).jpg" } + ["grey.jpg", "rgb.jpg"]
      for name in names {
        try FileManager.default.copyItem(
          atPath: Fixtures.path("images/" + name), toPath: "\(photos)/\(name)")
      }
    }
    return [
      "pretrain", photos, "--image-size", "16", "-b", "5", "-m", "resnet16_tapered",
      "--proj-hidden-dim", "16", "--epochs", "2", "--save-model-dir", "\(folder)/\(run)",
    ]
  }

  /// Carries out a command line on every rank.
  private func run(_ arguments: [String], ranks: Int) -> [Captured] {
    ThreadRanks.run(ranks) { ranks in
      var code = ExitCode.success
      var captured = Captured.with { code = Relic.run(arguments, $0, ranks) }
      captured.code = code
      return captured
    }
  }

  @Test func `ranks write one run, and the first one speaks`() throws {
    let folder = try TemporaryFolder()
    let (shared, alone) = (folder.path + "/shared", folder.path + "/alone")
    let captured = try run(arguments(folder.path, run: "shared"), ranks: 3)
    #expect(captured.map(\.code) == [.success, .success, .success])
    // Tests beside this one change the number of workers at any time.
    #expect(captured[0].output.contains(/3 ranks with \d+ workers,/), "\(captured[0])")
    #expect(captured[0].output.contains(" for each rank, disk of "), "\(captured[0])")
    #expect(captured.dropFirst().allSatisfy { $0.output.isEmpty && $0.error.isEmpty })
    #expect(try Captured.run(arguments(folder.path, run: "alone")).code == .success)
    #expect(try folder.names("shared") == folder.names("alone"))

    let (found, expected) = (try Self.lines(shared), try Self.lines(alone))
    #expect(found.count == expected.count)
    let losses = [found, expected].map { $0.first?["loss"] as? Double ?? 0 }
    // Narrow kernels are off by 1.8e-6.
    let rounding = KernelLevel.isNarrow ? 4e-6 : 1e-6
    #expect(abs(losses[0] - losses[1]) <= rounding * losses[1], "\(losses)")
    #expect(found.last?["ranks"] as? Int == 3)
    let workers = try #require(found.last?["workers"] as? Int)
    #expect(workers >= 3)
    #expect(expected.last?["ranks"] == nil)
    let info = Captured.run("info", shared)
    #expect(info.output.contains("at last by 3 ranks with \(workers) workers"), "\(info.output)")
  }

  @Test
  func
    `what meets all ranks is told by the first, and then by the others if it has not ended them`()
    throws
  {
    let captured = run(["predict", "nowhere"], ranks: 2)
    let expected =
      "'relic predict' is the work of one process, and 2 were started; start it without mpirun\n"
    #expect(captured[0] == Captured(error: "relic: " + expected, code: .usage))
    #expect(captured[1].error == "relic: rank 1 on \(ProgramRanks.host): " + expected)
  }

  @Test func `a batch of fewer images than ranks is refused`() throws {
    let folder = try TemporaryFolder()
    let captured = try run(arguments(folder.path, run: "run") + ["-b", "2"], ranks: 3)
    #expect(captured[0].code == .usage)
    #expect(
      captured[0].error
        == "relic: '--batch-size' is 2, and 3 ranks share each batch; give a larger one, or start fewer\n"
    )
    #expect(try folder.names() == ["photos"])
  }

  @Test(arguments: [
    (["--shards", "6"], 1, "6, which is no power of two; give 4 or 8"),
    (["--shards", "8"], 1, "8, and '--batch-size' 5; give fewer shards or a larger batch"),
    (
      ["--shards", "4"], 3,
      "4, which 3 ranks cannot share evenly; start 1, 2, 4 or another power of two up to 4, or leave it "
        + "out"
    ),
  ])
  func `shards that a batch or the ranks cannot have are refused`(
    _ options: [String], _ size: Int, _ reason: String
  ) throws {
    let folder = try TemporaryFolder()
    let captured = try run(arguments(folder.path, run: "run") + options, ranks: size)
    #expect(
      captured[0] == Captured(error: "relic: '--shards' is \(reason)\n", code: .usage))
    #expect(try folder.names() == ["photos"])
  }

  @Test func `a run in shards goes on with another number of ranks to the same bits`() throws {
    let folder = try TemporaryFolder()
    for (name, ranks) in [("shared", [2, 4]), ("alone", [1, 1])] {
      let start = try arguments(folder.path, run: name) + ["--shards", "4"]
      let more = ["pretrain", "--resume", "\(folder.path)/\(name)", "--epochs", "3"]
      #expect(run(start, ranks: ranks[0])[0].code == .success)
      #expect(run(more, ranks: ranks[1])[0].code == .success)
    }
    let encoders = try ["shared", "alone"].map {
      try Data(contentsOf: URL(filePath: "\(folder.path)/\($0)/encoder.safetensors"))
    }
    #expect(encoders[0] == encoders[1])
  }

  @Test func `info tells what every rank has`() throws {
    let captured = run(["info"], ranks: 2)
    let found = captured[0].output.matches(of: /rank (\d) {5}(.+), \d+ workers?, (.+)\n/)
    #expect(found.map { Int($0.1) } == [0, 1], "\(captured[0])")
    #expect(found.allSatisfy { $0.2 == ProgramRanks.host && $0.3 == BLAS.core })
    #expect(captured[1].output.isEmpty)

    let json = Data(run(["info", "--json"], ranks: 2)[0].output.utf8)
    let facts = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let places = try #require(facts["ranks"] as? [[String: Any]])
    #expect(places.map { $0["rank"] as? Int } == [0, 1])
    #expect(places.allSatisfy { $0["host"] as? String == ProgramRanks.host })
    let alone = Data(Captured.run("info", "--json").output.utf8)
    #expect((try JSONSerialization.jsonObject(with: alone) as? [String: Any])?["ranks"] == nil)
  }
}
