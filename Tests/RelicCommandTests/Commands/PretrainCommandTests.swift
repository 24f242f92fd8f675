import Foundation
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

@Suite struct PretrainCommandTests {
  @Test func `the target is scored on the labelled splits while the run goes on`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      ShortRun.small + ["--fp16-precision", "--eval-every", "4", "--save-model-dir", folder.path])
    #expect(captured.error == "")
    #expect(captured.output.contains("evaluation after step 4: top-1 "))
    struct Line: Decodable {
      let step: Int
      let evalTop1: Double?
      let evalKnnTop1: Double?
      let spread: Double?
      let lossScale: Float?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let lines = try folder.text("metrics.jsonl").split(separator: "\n").map {
      try decoder.decode(Line.self, from: Data($0.utf8))
    }
    let scored = try #require(lines.first { $0.evalTop1 != nil })
    #expect(lines.count == 5 && scored.step == 4)
    #expect(try #require(scored.evalTop1) > 0.1)
    #expect(try #require(scored.evalKnnTop1) > 0.1)
    #expect(lines.filter { $0.spread.map { $0 > 0 && $0 < 1 } ?? false }.map(\.step) == [2, 4])
    #expect(lines.compactMap(\.lossScale) == [65536, 65536, 65536, 65536])
  }

  @Test func `weights of the reference's model start a run`() throws {
    let folder = try TemporaryFolder()
    let photos = try PhotoFolder()
    let tiny = try ShortRun.tiny(photos)
    var configuration = PretrainingConfiguration()
    configuration.seed = 7
    var generator = Philox(seed: configuration.seed, purpose: .weights)
    let encoder = ResNet(.eighteen, stem: configuration.stem, using: &generator)
    let weights = Pretraining(encoder, configuration, stepsPerEpoch: 4).checkpoint()
    let path = folder.path + "/weights.safetensors"
    try Safetensors.write(weights, to: path)
    let captured = Captured.run(
      tiny + [
        "--learning-rate", "0", "--ckpt-path", path, "--save-model-dir",
        folder.path + "/run",
      ])
    #expect(captured.error == "")
    #expect(captured.output.hasPrefix("\(path): weights only; "))
    let scaled = Captured.run(tiny + ["--ckpt-path", path, "--logit-scale", "2"])
    #expect(scaled.code == .usage)
    #expect(scaled.error.contains("'--logit-scale' is part of the model that '--ckpt-path' names"))
    // One of a recipe is not recorded as if it had been taken.
    let tuned = Captured.run(
      tiny + ["--ckpt-path", path, "--recipe", "tuned", "--save-model-dir", folder.path + "/tuned"])
    #expect(tuned.code == .success)
    #expect(try !folder.text("tuned/config.json").contains("logit_scale"))
    let longer = Captured.run("pretrain", "--resume", folder.path + "/tuned", "--epochs", "2")
    #expect(longer.code == .success)
    #expect(try !folder.text("tuned/config.json").contains("logit_scale"))
    let after = try Safetensors.read(folder.path + "/run/checkpoint.safetensors")
    let name = "online_encoder.0.0.weight"
    #expect(after[name] == weights[name])
  }

  @Test func `an encoder is scored without its checkpoint, and if scores cannot be kept`() throws {
    let folder = try TemporaryFolder()
    let trained = Captured.run(
      ShortRun.small + ["--eval-every", "0", "--save-model-dir", folder.path])
    #expect(trained.error == "")
    try FileManager.default.removeItem(atPath: folder.path + "/checkpoint.safetensors")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/evaluation.json", withIntermediateDirectories: false)
    let captured = Captured.run("evaluate", folder.path, "--max-iter", "5")
    #expect(captured.code == .output)
    #expect(captured.error.contains("relic: \(folder.path)/evaluation.json: cannot be written: "))
    #expect(captured.output.contains("Top-1 %"), "\(captured.output)")
    #expect(captured.output.contains("shapes"), "\(captured.output)")
  }

  @Test func `more images in a batch than in the data are refused before anything is written`()
    throws
  {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "pretrain", "--dataset-name", "shapes", "-b", "8001", "--save-model-dir", folder.path + "/r")
    #expect(
      captured
        == Captured(
          error:
            "relic: '--batch-size' is 8001, but shapes has 8000 images; choose a smaller one\n",
          code: .usage))
    #expect(try folder.names() == [])
  }

  @Test func `a data set that is not there is named with a remedy`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "pretrain", "--dataset-name", "folder", "--dataset-path", folder.path + "/none",
      "--save-model-dir", folder.path + "/r")
    #expect(captured.code == .input)
    #expect(
      captured.error == "relic: \(folder.path)/none: not found; name a folder of images by "
        + "--dataset-path\n")
    #expect(try folder.names() == [])
  }

  @Test func `weights that do not fit are refused by the file's name`() throws {
    let folder = try TemporaryFolder()
    let file = Fixtures.path("formats/relic_model.pth")
    let captured = Captured.run(
      ShortRun.small + ["--ckpt-path", file, "--save-model-dir", folder.path + "/r"])
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(file): "), "\(captured.error)")
    #expect(captured.error.contains("missing online_encoder.0.layer3.0"), "\(captured.error)")
    #expect(try folder.names() == [])
    try "{}".write(toFile: folder.path + "/config.json", atomically: true, encoding: .utf8)
    let both = Captured.run("pretrain", "--resume", folder.path, "--ckpt-path", file)
    #expect(both.code == .usage && both.error.contains("leave out --ckpt-path and --config"))
  }
}
