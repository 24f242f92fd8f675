import Foundation
import LinearProbe
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct ExtractCommandTests {
  private static let data = ["--dataset-name", "shapes", "--image-size", "8"]

  @Test func `raw pixels are written in the data set's order with how they were made`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      ["extract", "--raw-pixels", "--output", folder.path + "/f"] + Self.data)
    #expect(captured.error == "")
    #expect(
      try folder.names("f") == [
        "features.json", "test_features.npy", "test_labels.npy", "train_features.npy",
        "train_labels.npy",
      ])
    let features = try FeatureFolder(contentsOf: folder.path + "/f")
    let set = try openDataset(name: "shapes", path: "", split: .test)
    for index in [0, 1, 1999] {
      let pixels = EvaluationTransform(size: 8)(try set.image(at: index)).scalars
      #expect(features.test.features.row(index) == pixels.map { Double($0) })
      #expect(features.test.labels?[index] == set.label(at: index))
    }
    #expect(features.train.labels?.count == 8000)
    #expect(features.origin?.encoder == "raw pixels")
    #expect(features.origin?.featureDimension == 192)
    #expect(features.origin?.version == Program.version)
  }

  @Test func `images have the size that the run, or the option, names`() throws {
    let folder = try PhotoFolder()
    try folder.add("a.png", "b.png", "c.png", "d.png")
    #expect(folder.pretrain("--feature-image-size", "24", "-m", "resnet16_tapered").error == "")
    for (options, expected) in [([], 24), (["--image-size", "32"], 32)] {
      let output = folder.path("features-\(expected)")
      let captured = Captured.run(["extract", folder.run, "--output", output] + options)
      #expect(captured.error == "")
      #expect(try FeatureFolder.origin(in: output)?.imageSize == expected)
    }
  }

  @Test func `what is missing is named`() {
    #expect(
      Captured.run("extract", "--encoder", "x", "--output", "y").error
        == "relic: option '--dataset-name' is missing; see 'relic extract --help'\n")
    #expect(
      Captured.run("extract", "--encoder", "x", "--dataset-name", "shapes").error
        == "relic: option '--output' is missing; see 'relic extract --help'\n")
    #expect(
      Captured.run("extract", "--dataset-name", "shapes", "--output", "y").error
        == "relic: a run folder or --encoder is missing; see 'relic extract --help'\n")
  }

  @Test func `features in bfloat16 say so, and a processor without it is told of`() throws {
    let folder = try PhotoFolder()
    try folder.add("a.png", "b.png", "c.png", "d.png")
    let captured = Captured.run(
      "extract", "--random-init", "-m", "resnet18", "--precision", "bfloat16", "--dataset-name",
      "folder", "--dataset-path", folder.photos, "--image-size", "8", "--output", folder.path("f"))
    #expect(captured.code == .success)
    let recorded = try FeatureFolder.origin(in: folder.path("f"))?.precision
    if Precision.hasFastBFloat16 {
      #expect(recorded == "bfloat16")
      #expect(captured.error == "")
    } else {
      #expect(recorded == nil)
      #expect(
        captured.error == "note: this processor has no fast instructions for bfloat16 "
          + "(AVX512_BF16); features are computed in float32\n")
    }
  }

  @Test func `pixels have no precision`() {
    let captured = Captured.run(
      ["extract", "--raw-pixels", "--precision", "bfloat16", "--output", "x"] + Self.data)
    #expect(
      captured.error
        == "relic: '--raw-pixels' computes nothing; leave out --precision\n"
    )
  }

  @Test func `a run that is not there is named first`() {
    #expect(Captured.run("extract", "/no/run").error.hasPrefix("relic: /no/run: holds no run; "))
  }

  @Test func `a folder that another process writes features to is refused by its name`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/f"
    let lock = try FolderLock(path, writing: [])
    let captured = Captured.run(["extract", "--raw-pixels", "--output", path] + Self.data)
    #expect(captured.code == .output)
    #expect(captured.error.hasPrefix("relic: \(path): another process is writing to it; "))
    lock.release()
    #expect(try folder.names() == [])
  }

  @Test func `weights of another shape are refused with what does not fit`() throws {
    let folder = try TemporaryFolder()
    let file = Fixtures.path("formats/encoder.pth")
    let captured = Captured.run(
      ["extract", "--encoder", file, "-m", "resnet18", "--output", folder.path + "/f"] + Self.data)
    #expect(captured.code == .input)
    #expect(captured.error.contains("does not fit '-m resnet18 --stem imagenet': missing layer3.0"))
    #expect(captured.error.contains("conv1.weight [4, 3, 7, 7] instead of [64, 3, 7, 7]"))
    #expect(captured.error.count { $0 == "\n" } == 1)
    #expect(try folder.names() == [])
  }

  @Test func `a loss that is not finite has an exit code of its own`() {
    #expect(ExitCode(for: PretrainingError.lossNotFinite(step: 3, loss: .nan)) == .notFinite)
    #expect(ExitCode(for: FileError.cannotWrite(path: "a", reason: "b")) == .output)
    #expect(ExitCode(for: FileError.notAFile(path: "a")) == .input)
  }
}
