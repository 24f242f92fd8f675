import Foundation
import RelicNN
import Testing

@testable import relic

/// Runs that are resumed beyond their end.
@Suite struct LongerRunTests {
  private struct Line: Decodable {
    let step: Int
    let numEpochs: Int?
    let gamma: Double?
    let learningRate: Double?
  }

  private func lines(_ run: String) throws -> [Line] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map { try decoder.decode(Line.self, from: Data($0.utf8)) }
  }

  private func photos() throws -> PhotoFolder {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    return photos
  }

  @Test func `a run that has ended is trained longer, on the schedules of the longer run`() throws {
    let photos = try photos()
    let options = ["-b", "2", "--lr-schedule", "cosine", "--eval-every", "0"]
    #expect(photos.pretrain(options).code == .success)
    let longer = Captured.run("pretrain", "--resume", photos.run, "--epochs", "3")
    #expect(longer.code == .success)
    #expect(
      longer.output.contains(
        "\(photos.run): trained on to 3 epochs, from 1; gamma and learning rate go on as those of a "
          + "run of 3, so the rate falls later\n"))
    #expect(try RunFolder(path: photos.run).options().configuration.epochs == 3)
    let lines = try lines(photos.run)
    #expect(lines.map(\.step) == [1, 2, 2, 3, 4, 5, 6])
    #expect(lines.compactMap(\.numEpochs) == [3] && lines[2].numEpochs == 3)
    // What a run of three epochs would have had from its third step on.
    let whole = Captured.run(
      ["pretrain", photos.photos, "--save-model-dir", photos.path("whole"), "--epochs", "3"]
        + options + ["--image-size", "16"])
    #expect(whole.code == .success)
    let expected = try self.lines(photos.path("whole"))
    #expect(lines.suffix(4).map(\.gamma) == expected.suffix(4).map(\.gamma))
    #expect(lines.suffix(4).map(\.learningRate) == expected.suffix(4).map(\.learningRate))
    #expect(lines[1].learningRate != expected[1].learningRate)
  }

  @Test func `the first steps of a run made longer are those of the run it was`() throws {
    let photos = try photos()
    #expect(photos.pretrain(["-b", "2"]).code == .success)
    let before = try Safetensors.read(photos.run + "/encoder.safetensors")
    let metrics = try String(contentsOfFile: photos.run + "/metrics.jsonl", encoding: .utf8)
    #expect(
      Captured.run("pretrain", "--resume", photos.run, "--epochs", "2", "--eval-every", "0").code
        == .success)
    let after = try Safetensors.read(photos.run + "/encoder.safetensors")
    #expect(before.metadata["step"] == "2" && after.metadata["step"] == "4")
    #expect(before["conv1.weight"] != after["conv1.weight"])
    let longer = try String(contentsOfFile: photos.run + "/metrics.jsonl", encoding: .utf8)
    #expect(longer.hasPrefix(metrics))
    #expect(try lines(photos.run).map(\.step) == [1, 2, 2, 3, 4])
    // That of the end of the shorter run: the next one is of the end of the longer.
    let checkpoint = try Safetensors.read(photos.run + "/checkpoint.previous.safetensors")
    #expect(checkpoint.metadata["step"] == "2")
  }

  @Test func `a run is not shortened, and one that has ended says how to go on`() throws {
    let photos = try photos()
    #expect(photos.pretrain(["-b", "2", "--epochs", "2"]).code == .success)
    let shorter = Captured.run("pretrain", "--resume", photos.run, "--epochs", "1")
    #expect(
      shorter
        == Captured(
          error: "relic: '--num-epochs' is 1, and the run in \(photos.run) is of 2; give more to "
            + "train it longer, or leave it out\n", code: .usage))
    let metrics = try String(contentsOfFile: photos.run + "/metrics.jsonl", encoding: .utf8)
    for more in [[], ["--epochs", "2"]] {
      let ended = Captured.run(["pretrain", "--resume", photos.run] + more)
      #expect(ended.code == .success)
      #expect(
        ended.output.contains(
          "\(photos.run): the run has ended, after 2 epochs; train it longer with 'relic pretrain "
            + "--resume \(photos.run) --epochs 4'\n"))
    }
    #expect(
      try String(contentsOfFile: photos.run + "/metrics.jsonl", encoding: .utf8) == metrics)
  }
}
