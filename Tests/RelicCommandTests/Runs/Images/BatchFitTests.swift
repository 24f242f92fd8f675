import Foundation
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct BatchFitTests {
  @Test(arguments: [
    (2, 2), (3, 2), (4, 2), (7, 2), (8, 4), (63, 16), (64, 32), (90, 32), (255, 64), (511, 128),
  ])
  func `a small set gets the largest power of two that leaves two steps an epoch`(
    _ images: Int, _ size: Int
  ) { #expect(BatchFit(of: 256, toImages: images)?.size == size) }

  @Test(arguments: [(256, 512), (256, 50_000), (64, 128), (256, 1), (256, 0)])
  func `sets of two batches keep theirs, and one image makes none`(_ usual: Int, _ images: Int) {
    #expect(BatchFit(of: usual, toImages: images) == nil)
  }

  @Test func `what was given stays, be it typed, in a file or beside a recipe`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/options.json"
    try #"{"batch_size": 256}"#.write(toFile: path, atomically: true, encoding: .utf8)
    for arguments in [
      ["-b", "256"], ["--recipe", "tuned", "-b", "64"], ["--config", path],
      ["--config", path, "--epochs", "2"],
    ] {
      var options = try parsed(arguments)
      let size = options.batchSize
      #expect(options.fitBatch(toImages: 90) == nil, "\(arguments)")
      #expect(options.batchSize == size)
    }
    for (arguments, usual) in [
      ([], 256), (["--recipe", "tuned"], 64), (["--config", path, "--recipe", "tuned"], 64),
    ] {
      var options = try parsed(arguments)
      #expect(options.fitBatch(toImages: 90)?.usual == usual, "\(arguments)")
      #expect(options.configuration.batchSize == 32)
    }
  }

  @Test func `the choice is told and recorded`() throws {
    let photos = try PhotoFolder()
    for number in 1...5 { try photos.add("\(number).png") }
    let captured = photos.pretrain()
    #expect(captured.code == .success, "\(captured.error)")
    #expect(
      captured.output.contains(
        "batch of 2: 5 images make no two batches of 256, the default; an image is told from "
          + "1 other in its batch, which teaches little: more images help\n"
          + "5 images of folder, 2 steps an epoch, "))
    #expect(try RunFolder(path: photos.run).options().configuration.batchSize == 2)
    let refused = photos.pretrain("-b", "6", "--overwrite")
    #expect(refused.code == .usage)
    #expect(refused.error.contains("'--batch-size' is 6, but folder has 5 images; choose a"))
  }

  @Test func `one image is too few, and is counted as one`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png")
    let captured = photos.pretrain()
    #expect(captured.code == .usage)
    #expect(captured.error.contains("folder has 1 image; add some, for each is told from the oth"))
  }

  private func parsed(_ arguments: [String]) throws -> RunOptions {
    guard case .run(let command) = try ArgumentParser<PretrainCommand>().parse(arguments) else {
      throw UsageError.conflict("help was asked for", remedy: "")
    }
    return command.recorded
  }
}
