import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

/// Features that several ranks make together, beside those of one.
@Suite struct SharedExtractionTests: ~Copyable {
  private let folder: TemporaryFolder

  init() throws {
    let folder = try TemporaryFolder()
    let photos = (0..<11).map { "photos/train/\($0 < 6 ? "a" : "b")/\($0).png" }
    try folder.addImages(photos + (0..<5).map { "photos/test/\($0 < 2 ? "a" : "b")/\($0).png" })
    self.folder = folder
  }

  /// Extracts over so many ranks, of which one may have been given other options.
  private func extract(
    _ size: Int, to name: String, _ options: [String] = [], lastOptions: [String] = []
  ) throws {
    let path = folder.path
    _ = try ThreadRanks.run(size) { ranks in
      let own = ranks.rank == size - 1 ? lastOptions : []
      let arguments =
        ["--dataset-name", "folder", "--dataset-path", path + "/photos", "--image-size", "16"]
        + ["--output", "\(path)/\(name)", "--batch-size", "2"] + options + own
      guard case .run(var command) = try ArgumentParser<ExtractCommand>().parse(arguments) else {
        throw UsageError.conflict("help was asked for", remedy: "")
      }
      command.ranks = ranks
      try command.run(.silent)
    }
  }

  private func files(_ name: String) throws -> [String: Data] {
    try folder.names(name).reduce(into: [:]) { files, file in
      files[file] = try folder.bytes("\(name)/\(file)")
    }
  }

  @Test(arguments: [["--raw-pixels"], ["--random-init", "-m", "resnet18"]], [2, 3, 9])
  func `files are those of one process, to the bit`(_ options: [String], _ size: Int) throws {
    try extract(1, to: "one", options)
    try extract(size, to: "more", options)
    let one = try files("one")
    #expect(one.count == 7)
    #expect(try files("more") == one)
  }

  @Test func `images that any rank passes over are left out by all`() throws {
    for name in ["train/a/3.png", "train/b/9.png", "test/b/4.png"] {
      try folder.write("photos/\(name)", Data("no image".utf8))
    }
    let options = ["--raw-pixels", "--broken-images", "skip"]
    try extract(1, to: "one", options)
    try extract(3, to: "more", options)
    #expect(try files("more") == files("one"))
    #expect(try folder.text("more/train_files.txt").split(separator: "\n").count == 9)
  }

  @Test func `an image that one rank cannot read ends all, and nothing is written`() throws {
    try folder.write("photos/train/b/9.png", Data("no image".utf8))
    #expect(throws: (any Error).self) { try extract(3, to: "more", ["--raw-pixels"]) }
    #expect(try folder.names() == ["photos"])
  }

  @Test func `ranks that would make other features are refused`() throws {
    let options = ["--random-init", "-m", "resnet18"]
    let error = #expect(throws: RankDifference.self) {
      try extract(2, to: "more", options, lastOptions: ["--seed", "7"])
    }
    #expect(error?.name == "what the encoder makes of a grey image")
    #expect(error?.rank == 1)
  }
}
