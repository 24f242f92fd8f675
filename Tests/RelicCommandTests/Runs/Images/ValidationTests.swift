import Foundation
import LinearProbe
import RelicNN
import TestSupport
import Testing

@testable import relic

@Suite struct ValidationTests {
  private static func splits(_ validationCount: Int) -> DatasetSplits {
    DatasetSplits(
      dataset: "shapes", path: "", validationCount: validationCount, files: DatasetFiles())
  }

  @Test func `images held out are neither trained on nor taken from the test split`() throws {
    let splits = Self.splits(500)
    let whole = try openDataset(name: "shapes", path: "", split: .train)
    #expect(try splits.pretraining().fingerprint == splits.train().fingerprint)
    #expect(try splits.train().count == whole.count - 500)
    #expect(try splits.test().fingerprint == whole.holdingOut(500).heldOut.fingerprint)
    #expect(try Self.splits(0).test().count == 2000)
    #expect(try Self.splits(0).train().fingerprint == whole.fingerprint)
  }

  @Test func `a run is scored by what it held out, or by the test split if that is asked for`()
    throws
  {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let trained = Captured.run(
      "pretrain", "--dataset-name", "shapes", "--image-size", "8", "--epochs", "1", "-b", "1500",
      "--validation", "7000", "--eval-every", "0", "--save-model-dir", run)
    #expect(trained.code == .usage)
    #expect(trained.error.contains("'--batch-size' is 1500, but shapes has 1000 images"))
    let small = Captured.run(
      "pretrain", "--dataset-name", "shapes", "--image-size", "8", "--epochs", "1", "-b", "500",
      "--validation", "7000", "--eval-every", "0", "--save-model-dir", run)
    #expect(small.code == .success)
    #expect(small.output.contains("1000 images of shapes, 2 steps an epoch"))
    #expect(try folder.text("run/config.json").contains("\"validation\": 7000"))
    #expect(Captured.run("extract", run).code == .success)
    let own = try FeatureFolder(contentsOf: run + "/features")
    #expect(own.train.features.rows == 1000 && own.test.features.rows == 7000)
    #expect(own.origin?.validationCount == 7000)
    let output = folder.path + "/test"
    #expect(Captured.run("extract", run, "--validation", "0", "--output", output).code == .success)
    let test = try FeatureFolder(contentsOf: output)
    #expect(test.train.features.rows == 8000 && test.test.features.rows == 2000)
    #expect(test.origin?.validationCount == nil)
  }

  @Test func `images without classes are not held out`() throws {
    let photos = try PhotoFolder()
    try photos.add("1.png", "2.png", "3.png", "4.png")
    let captured = photos.pretrain("--validation", "2")
    #expect(captured.code == .usage)
    #expect(
      captured.error == "relic: '--validation' holds out labelled images to score by, and folder "
        + "has none of two classes in \(photos.photos); leave it out\n")
    #expect(!FileManager.default.fileExists(atPath: photos.run))
  }

  @Test func `of another set than the run's, a run tells nothing`() throws {
    let folder = try TemporaryFolder()
    func splits(_ recorded: DatasetName, of name: DatasetName?) throws -> DatasetSplits {
      var options = RunOptions()
      options.datasetName = recorded
      options.configuration.datasetPath = "mine"
      options.configuration.validationCount = 200
      let run = RunFolder(path: folder.path)
      try run.write(options)
      return try DatasetSplits(name, in: nil, holdingOut: nil, of: run, DatasetFiles())
    }
    let own = try splits(.folder, of: nil)
    #expect((own.dataset, own.path, own.validationCount) == ("folder", "mine", 200))
    #expect(own.files.recordedPath?.path == "mine")
    // It is not fetched into somebody's photos.
    let other = try splits(.folder, of: .cifar10)
    #expect((other.dataset, other.path, other.validationCount) == ("cifar10", "./data", 0))
    #expect(other.files.recordedPath == nil)
    // Published sets lie beside each other.
    let beside = try splits(.stl10, of: .cifar10)
    #expect((beside.dataset, beside.path, beside.validationCount) == ("cifar10", "mine", 0))
  }

  @Test func `nor can they where others are trained on`() throws {
    let folder = try TemporaryFolder()
    let record = Array(repeating: UInt8(0), count: 3 * 96 * 96)
    try folder.write("stl10_binary/train_X.bin", record + record)
    try folder.write("stl10_binary/train_y.bin", [3, 10])
    try folder.write("stl10_binary/unlabeled_X.bin", record)
    func splits(_ count: Int) -> DatasetSplits {
      DatasetSplits(
        dataset: "stl10", path: folder.path, validationCount: count, files: DatasetFiles())
    }
    #expect(try splits(1).pretraining().count == 1)
    #expect(throws: UsageError.self) { try splits(2).pretraining() }
  }

  @Test func `as many as there are cannot be held out`() throws {
    let folder = try TemporaryFolder()
    let captured = Captured.run(
      "extract", "--raw-pixels", "--dataset-name", "shapes", "--image-size", "8", "--validation",
      "8000", "--output", folder.path)
    #expect(captured.code == .usage)
    #expect(
      captured.error
        == "relic: '--validation' is 8000, but shapes has 8000 images to train on; hold out fewer\n"
    )
  }
}
