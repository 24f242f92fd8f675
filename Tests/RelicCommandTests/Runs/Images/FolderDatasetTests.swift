import Foundation
import LinearProbe
import TestSupport
import Testing

@testable import RelicNN
@testable import relic

/// A user's own folder of images, from what is taken for what to what is advised.
@Suite struct FolderDatasetTests: ~Copyable {
  let folder: TemporaryFolder
  let run: String

  init() throws {
    folder = try TemporaryFolder()
    run = folder.path + "/run"
  }

  /// Writes images of the fixtures under these names, below `photos`.
  private func add(_ names: String...) throws {
    try folder.addImages(names.map { "photos/" + $0 })
  }

  private func pretrain(_ options: String...) -> Captured {
    Captured.run(
      ["pretrain", "--save-model-dir", run, "--epochs", "1", "-b", "2", "--image-size", "16"]
        + options)
  }

  @Test func `a folder alone is a data set, and says what was taken for what`() throws {
    try add("ape/1.png", "cat/1.png", "cat/2.png", "cat/note.webp")
    let captured = pretrain(folder.path + "/photos")
    #expect(captured.code == .success, "\(captured.error)")
    #expect(
      captured.output.contains("train: 3 images of \(folder.path)/photos in 2 classes: ape, cat\n"))
    #expect(captured.error.contains("photos: 1 .webp passed over, for only .jpg, .jpeg, .png are"))
    // Without a test split there is nothing to evaluate on.
    #expect(captured.output.contains("write its features with 'relic extract \(run)'"))
    #expect(try RunFolder(path: run).options().datasetName == .folder)
  }

  @Test func `images without labels are trained on beside those that have some`() throws {
    try add("train/ape/1.png", "train/cat/1.png", "unlabeled/2.png", "unlabeled/3.png")
    let captured = pretrain(folder.path + "/photos", "-b", "2")
    #expect(captured.code == .success, "\(captured.error)")
    #expect(captured.output.contains("unlabeled: 2 images of \(folder.path)/photos/unlabeled, "))
    #expect(captured.output.contains("4 images of folder, 2 steps an epoch"))
  }

  @Test func `a path without a name takes what lies there, and fetches nothing`() throws {
    try add("1.png", "2.png")
    #expect(pretrain("--dataset-path", folder.path + "/photos").code == .success)
    let empty = folder.path + "/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    for (path, fact) in [
      (empty, "holds no .jpg, .jpeg, .png files"), (folder.path + "/absent", "not found"),
    ] {
      let captured = pretrain("--dataset-path", path, "--overwrite", "--mirror", "file:///nowhere")
      #expect(captured.code == .input)
      #expect(
        captured.error.hasPrefix("relic: \(path): \(fact); name a folder"), "\(captured.error)")
    }
    #expect(
      pretrain(folder.path, "--dataset-path", empty).error.contains(
        "'--dataset-path' is given beside the folder '\(folder.path)'"))
  }

  @Test(arguments: [
    ("cifar-10-batches-bin", DatasetName.cifar10), ("stl10_binary", .stl10),
    ("tiny-imagenet-200", .tinyImageNet), ("food-101", .food101), ("cats", .folder),
  ])
  func `a known set is found by the folder that its archive unpacks to`(
    _ name: String, _ expected: DatasetName
  ) throws {
    try add("\(name)/1.png")
    #expect(DatasetName(foundIn: folder.path + "/photos") == expected)
    #expect(DatasetName(foundIn: folder.path + "/photos/\(name)/1.png") == nil)
  }

  @Test func `CIFAR-10 as pickles is named before anything is fetched`() throws {
    let pickles = folder.path + "/photos/cifar-10-batches-py"
    try add("cifar-10-batches-py/data_batch_1")
    let captured = pretrain(
      "--dataset-path", folder.path + "/photos", "--dataset-name", "cifar10", "--mirror",
      "file:///nowhere")
    #expect(captured.code == .input)
    #expect(captured.error.hasPrefix("relic: \(pickles): holds CIFAR-10 as Python pickles"))
    #expect(captured.error.contains("relic download cifar10 --dataset-path FOLDER"))
  }

  @Test func `a run that names no data set is refused, and fetches nothing`() throws {
    try add("1.png", "2.png")
    #expect(pretrain(folder.path + "/photos").code == .success)
    let path = run + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.contains("dataset_name") }
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    for command in ["extract", "evaluate"] {
      let captured = Captured.run(command, run, "--mirror", "file:///nowhere")
      #expect(captured.code == .input)
      #expect(captured.error.contains("config.json"), "\(captured.error)")
      #expect(captured.error.contains("dataset_name"), "\(captured.error)")
    }
  }

  @Test func `features without labels are not advised to be scored`() throws {
    try add("train/ape/1.png", "train/cat/1.png", "test/1.png")
    let data = ["--dataset-path", folder.path + "/photos", "--dataset-name", "folder"]
    let captured = Captured.run(["extract", "--raw-pixels", "--output", run] + data)
    #expect(captured.code == .success)
    #expect(
      captured.output.contains("test: 1 image of \(folder.path)/photos/test, without labels"))
    #expect(captured.output.contains("the images to test on are without labels"))
    #expect(!captured.output.contains("relic probe"))
    try FileManager.default.removeItem(atPath: folder.path + "/photos/test")
    try add("test/cat/1.png")
    let scored = Captured.run(["extract", "--raw-pixels", "--output", run] + data)
    #expect(scored.output.contains("score them with 'relic probe \(run)'"))
  }

  @Test func `evaluations say once what was taken for what, beside their table`() throws {
    try add("train/ape/1.png", "train/cat/1.png", "test/ape/1.png", "test/cat/1.png")
    #expect(pretrain(folder.path + "/photos", "--eval-every", "0").code == .success)
    let captured = Captured.run("evaluate", run, run, "--controls")
    #expect(captured.code == .success, "\(captured.error)")
    for split in ["train", "test"] {
      let line = "\(split): 2 images of \(folder.path)/photos/\(split) in 2 classes: ape, cat\n"
      #expect(captured.error.ranges(of: line).count == 1, "\(captured.error)")
    }
    #expect(!captured.output.contains("images of"))
  }

  @Test func `a split of which nothing can be read is refused`() throws {
    try add("ape/1.png", "cat/1.png")
    for name in ["ape", "cat"] {
      #expect(unsafe truncate("\(folder.path)/photos/\(name)/1.png", 60) == 0)
    }
    let captured = Captured.run(
      "extract", "--raw-pixels", "--output", run, "--dataset-path", folder.path + "/photos",
      "--dataset-name", "folder", "--broken-images", "skip")
    #expect(captured.code == .input)
    #expect(captured.error.contains("photos: none of its 2 images can be read"))
    #expect(!FileManager.default.fileExists(atPath: run + "/train_features.npy"))
  }

  @Test func `results are not written into a run or among images`() throws {
    try add("train/ape/1.png", "train/cat/1.png", "test/ape/1.png")
    let photos = folder.path + "/photos"
    #expect(pretrain(photos).code == .success)
    #expect(Captured.run("extract", run).code == .success)
    for (path, found) in [(run, "a run"), (photos + "/train", "images"), (photos, "images")] {
      let extracted = Captured.run("extract", run, "--output", path)
      #expect(extracted.code == .usage)
      #expect(extracted.error.contains("'\(path)' holds \(found); name another folder by --output"))
      let saved = Captured.run("probe", run + "/features", "--save", path)
      #expect(saved.code == .usage)
      #expect(saved.error.contains("'\(path)' holds \(found); name another folder by --save"))
    }
    #expect(Captured.run("extract", run, "--output", run + "/features").code == .success)
  }

  @Test func `either network of a run gives features`() throws {
    try add("train/ape/1.png", "train/cat/1.png", "test/cat/1.png")
    #expect(pretrain(folder.path + "/photos", "--gamma", "0.5").code == .success)
    for network in ["target", "online"] {
      let captured = Captured.run("extract", run, "--network", network)
      #expect(captured.code == .success, "\(captured.error)")
    }
    let online = try FeatureFolder(contentsOf: run + "/features-online")
    #expect(online.origin?.encoder == "\(run) (online)")
    let weights = try Safetensors.read(run + "/checkpoint.safetensors")
    var encoder = EncoderModel.resnet18.network(stem: .imagenet, seed: 0)
    try encoder.load(
      WeightFile.read(run + "/checkpoint.safetensors", under: "online_encoder.0").encoderWeights())
    #expect(weights["online_encoder.0.0.weight"] != nil)
    let set = try openDataset(name: "folder", path: folder.path + "/photos", split: .test)
    let batch = try EvaluationLoader(dataset: set, imageSize: 16, batchSize: 1).batch(0)
    #expect(online.test.features.row(0) == encoder(batch.images).scalars.map { Double($0) })
  }
}
