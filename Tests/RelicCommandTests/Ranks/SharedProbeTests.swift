import Foundation
import LinearProbe
import RelicNN
import TestSupport
import Testing

@testable import relic

/// `relic probe` over ranks that are threads, beside one.
@Suite struct SharedProbeTests: ~Copyable {
  private let folder: TemporaryFolder

  init() throws {
    let folder = try TemporaryFolder()
    try ProbeCommandTests.write(to: folder.path + "/features")
    self.folder = folder
  }

  /// Scores over so many ranks, of which the last one may have been given other options.
  private func probe(
    _ size: Int, _ options: [String] = [], lastOptions: [String] = []
  ) throws -> [Captured] {
    let features = folder.path + "/features"
    return try ThreadRanks.run(size) { ranks in
      let own = ranks.rank == size - 1 ? lastOptions : []
      let parsed = try ArgumentParser<ProbeCommand>().parse([features] + options + own)
      guard case .run(var command) = parsed else {
        throw UsageError.conflict("help was asked for", remedy: "")
      }
      command.ranks = ranks
      return try Captured.with { try command.run(ranks.rank == 0 ? $0 : .silent) }
    }
  }

  @Test(arguments: [2, 3])
  func `the first rank tells the votes of one process`(size: Int) throws {
    let options = ["--protocol", "knn", "--json"]
    let alone = try probe(1, options)[0].output
    let shared = try probe(size, options)
    #expect(shared[0].output.untimed == alone.untimed)
    #expect(shared.dropFirst().allSatisfy { $0 == Captured() })
  }

  @Test(arguments: ["logistic", "calibrated"], [2, 3, 4])
  func `the first rank tells the scores of one process, and saves its probe`(
    method: String, size: Int
  ) throws {
    let options = ["--protocol", method, "--json", "--save"]
    let alone = try probe(1, options + [folder.path + "/alone"])[0].output
    let shared = try probe(size, options + [folder.path + "/shared"])
    #expect(shared[0].output.untimed == alone.untimed)
    #expect(shared.dropFirst().allSatisfy { $0 == Captured() })
    for name in try folder.names("alone") {
      #expect(try folder.bytes("shared/\(name)") == folder.bytes("alone/\(name)"), "\(name)")
    }
  }

  @Test func `ranks that would fit another probe are refused`() throws {
    let error = #expect(throws: RankDifference.self) {
      try probe(2, ["--C", "2"], lastOptions: ["--C", "3"])
    }
    #expect(error?.name == "'--C'")
    #expect(error?.values == ["2.0", "3.0"])
  }

  @Test(arguments: ["size", "labels", "samples"])
  func `ranks that have other features are refused`(part: String) throws {
    var train = ProbeCommandTests.samples(part == "size" ? 62 : 60)
    if part == "labels" { train.labels?[7] = 0 }
    if part == "samples" {
      train.features = Features(
        rows: 60, columns: 2,
        elements: (0..<60).flatMap { train.features.row($0).map { Float($0) + 1 } })
    }
    try FeatureFolder(train: train, test: ProbeCommandTests.samples(20))
      .write(to: folder.path + "/other")
    let paths = [folder.path + "/features", folder.path + "/other"]
    let error = #expect(throws: RankDifference.self) {
      try ThreadRanks.run(2) { ranks in
        var command = ProbeCommand()
        command.common.operands = [paths[ranks.rank]]
        command.ranks = ranks
        try command.run(.silent)
      }
    }
    #expect(error?.rank == 1)
    #expect(error?.name.contains(part) == true, "\(error?.name ?? "")")
  }

  @Test func `the same features may lie elsewhere on each machine`() throws {
    try ProbeCommandTests.write(to: folder.path + "/elsewhere")
    let paths = [folder.path + "/features", folder.path + "/elsewhere"]
    _ = try ThreadRanks.run(2) { ranks in
      var command = ProbeCommand()
      command.common.operands = [paths[ranks.rank]]
      command.ranks = ranks
      try command.run(.silent)
    }
  }

  @Test func `a rank that has no features ends all with its one line`() throws {
    let path = folder.path
    let errors = ThreadRanks.run(3) { ranks in
      var command = ProbeCommand()
      command.common.operands = [ranks.rank == 1 ? path + "/nothing" : path + "/features"]
      command.ranks = ranks
      do {
        try command.run(.silent)
        return "none"
      } catch {
        return Remedies.message(for: error)
      }
    }
    #expect(errors[0] == "rank 1 has failed" && errors[2] == errors[0])
    #expect(errors[1].contains("/nothing/"))
  }
}

extension String {
  /// Without what a clock tells.
  fileprivate var untimed: String { replacing(/"seconds":[0-9.e-]+/, with: "") }
}
