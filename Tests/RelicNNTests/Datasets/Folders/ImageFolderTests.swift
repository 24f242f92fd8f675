import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct ImageFolderTests {
  static func image(_ name: String) throws -> Data {
    try Data(contentsOf: ImageFileTests.folder.appending(path: name))
  }

  @Test func `class folders give labels in the order of their names`() throws {
    let folder = try TemporaryFolder()
    let jpeg = try Self.image("rgb.jpg")
    for name in ["train/b/2.jpg", "train/b/10.JPG", "train/B/z.jpeg", "train/a/deep/1.jpg"] {
      try folder.write(name, jpeg)
    }
    try folder.write("train/a/notes.txt", [65])
    let set = try openDataset(name: "folder", path: folder.path, split: .train)
    #expect(set.classNames == ["B", "a", "b"])
    #expect(
      (0..<set.count).map { set.fileName(at: $0) }
        == ["B/z.jpeg", "a/deep/1.jpg", "b/10.JPG", "b/2.jpg"])
    #expect((0..<set.count).map { set.label(at: $0) } == [0, 1, 2, 2])
    #expect(try set.image(at: 1).width == 23)
  }

  @Test(arguments: [("folder", "test"), ("imagenet1k", "val"), ("tiny_imagenet", "val")])
  func `classes to test on have the labels of those to train on`(
    _ dataset: String, _ split: String
  ) throws {
    let folder = try TemporaryFolder()
    let names = ["train/cat", "train/dog", "train/horse", "\(split)/horse", "\(split)/cat"]
    for name in names { try folder.write("\(name)/1.png", Self.image("rgb.png")) }
    let set = try openDataset(name: dataset, path: folder.path, split: .test)
    #expect(set.classNames == ["cat", "dog", "horse"])
    #expect((0..<set.count).map { set.label(at: $0) } == [0, 2])
    try folder.write("\(split)/cow/1.png", Self.image("rgb.png"))
    #expect(throws: DatasetError.unknownClass(path: "\(folder.path)/\(split)/cow")) {
      try openDataset(name: dataset, path: folder.path, split: .test)
    }
  }

  @Test func `classes beside a test folder give its labels`() throws {
    let folder = try TemporaryFolder()
    for name in ["apple", "pear", "test/pear"] {
      try folder.write("\(name)/1.png", Self.image("rgb.png"))
    }
    let set = try openDataset(name: "folder", path: folder.path, split: .test)
    #expect(set.count == 1 && set.label(at: 0) == 1)
    // Images to train on that are unlabelled say nothing of the classes to test on.
    try folder.write("train/1.png", Self.image("rgb.png"))
    #expect(try openDataset(name: "folder", path: folder.path, split: .test).classNames == ["pear"])
  }

  @Test func `an image is a file with a dotted ending, and no folder`() throws {
    let folder = try TemporaryFolder()
    for name in ["jpg/1.jpg", "jpg/old.png/2.jpg", "jpg/png", "jpg/jpeg"] {
      try folder.write(name, Self.image("rgb.jpg"))
    }
    let set = try ImageFolder(folder: folder.path)
    #expect(set.classNames == ["jpg"])
    #expect((0..<set.count).map { set.fileName(at: $0) } == ["jpg/1.jpg", "jpg/old.png/2.jpg"])
  }

  @Test func `links to folders are followed but not in a circle`() throws {
    let folder = try TemporaryFolder()
    for name in ["set/cat/1.png", "elsewhere/deep/2.png"] {
      try folder.write(name, Self.image("rgb.png"))
    }
    for (name, target) in [("set/cat/back", ".."), ("set/dog", "../elsewhere")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(name)", withDestinationPath: target)
    }
    let set = try ImageFolder(folder: "\(folder.path)/set")
    #expect((0..<set.count).map { set.fileName(at: $0) } == ["cat/1.png", "dog/deep/2.png"])
  }

  @Test func `a flat folder is unlabelled`() throws {
    let folder = try TemporaryFolder()
    try folder.write("1.png", Self.image("palette.png"))
    try folder.write("2.png", Self.image("alpha.png"))
    let set = try openDataset(name: "folder", path: folder.path, split: .train)
    #expect(set.count == 2 && set.classNames == nil && set.label(at: 0) == nil)
  }

  @Test func `other splits are no classes, and stray images no data set`() throws {
    let folder = try TemporaryFolder()
    let png = try Self.image("rgb.png")
    for name in ["a/1.png", "b/2.png", "test/a/3.png"] { try folder.write(name, png) }
    let set = try openDataset(name: "folder", path: folder.path, split: .train)
    #expect(set.classNames == ["a", "b"])
    #expect(ImageFolder.hasTestSplit(folder.path) && !ImageFolder.hasTestSplit(folder.path + "/a"))
    try folder.write("contact.png", png)
    #expect(
      throws: DatasetError.mixedFolder(path: folder.path, image: "contact.png", folder: "a")
    ) { try openDataset(name: "folder", path: folder.path, split: .train) }
  }

  @Test func `empty classes and empty folders are refused by name`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.noImages(path: folder.path, others: FileCounts())) {
      try ImageFolder(folder: folder.path)
    }
    try folder.write("a/1.png", Self.image("rgb.png"))
    try folder.write("b/readme.txt", [65])
    try folder.write("b/1.webp", [65])
    try folder.write("b/2.WEBP", [65])
    let error = #expect(throws: DatasetError.self) { try ImageFolder(folder: folder.path) }
    #expect(
      error?.description
        == "\(folder.path)/b: holds no .jpg, .jpeg, .png files (but 2 .webp, 1 .txt)")
  }

  @Test func `broken images are refused or skipped by choice`() throws {
    let folder = try TemporaryFolder()
    for index in 0..<7 { try folder.write("\(index).png", Self.image("rgb.png")) }
    try folder.write("3.png", Self.image("truncated.png"))
    let set = try ImageFolder(folder: folder.path)
    let broken = DatasetError.brokenImage(
      path: "\(folder.path)/3.png", reason: "the file ends too early")
    let refused = #expect(throws: UnreadableImage.self) {
      try BatchLoader(dataset: set, batchSize: 7, imageSize: 32, seed: 42)
        .batch(epoch: 0, step: 0)
    }
    #expect(refused?.index == 3 && refused?.cause as? DatasetError == broken)
    let batch = try BatchLoader(dataset: set, batchSize: 7, imageSize: 32, seed: 42, broken: .skip)
      .batch(epoch: 0, step: 0)
    #expect(batch.skipped.map(\.index) == [3])
    #expect(batch.skipped.map { $0.cause as? DatasetError } == [broken])
    #expect(batch.samples.sorted() == [0, 1, 2, 4, 4, 5, 6])

    let refusing = EvaluationLoader(dataset: set, imageSize: 8, batchSize: 4)
    let first = #expect(throws: UnreadableImage.self) { try refusing.batch(0) }
    #expect(first?.index == 3 && first?.cause as? DatasetError == broken)
    let skipping = EvaluationLoader(dataset: set, imageSize: 8, batchSize: 4, broken: .skip)
    let rows = try skipping.batch(0)
    #expect(rows.samples == [0, 1, 2] && rows.images.shape == [3, 8, 8, 3])
    #expect(rows.skipped.map(\.index) == [3])
    #expect(rows.skipped.map { $0.cause as? DatasetError } == [broken])
    #expect(try skipping.batch(1).samples == [4, 5, 6])
  }

  @Test func `the layouts of known sets are understood`() throws {
    let folder = try TemporaryFolder()
    let jpeg = try Self.image("grey.jpg")
    for name in ["train/n2/images/n2_0.JPEG", "train/n1/images/n1_0.JPEG", "val/images/v0.JPEG"] {
      try folder.write("tiny-imagenet-200/\(name)", jpeg)
    }
    try folder.write("tiny-imagenet-200/val/val_annotations.txt", "v0.JPEG\tn2\t0\t0\t1\t1\n".utf8)
    let tiny = try openDataset(name: "tiny_imagenet", path: folder.path, split: .test)
    #expect(tiny.count == 1 && tiny.label(at: 0) == 1 && tiny.fileName(at: 0) == "images/v0.JPEG")
    #expect(try openDataset(name: "tiny_imagenet", path: folder.path, split: .train).count == 2)

    for name in ["apple/1.jpg", "apple/2.jpg", "soup/3.jpg"] {
      try folder.write("food-101/images/\(name)", jpeg)
    }
    try folder.write("food-101/meta/train.txt", "soup/3\napple/1\n".utf8)
    try folder.write("food-101/meta/test.txt", "apple/2\n".utf8)
    let food = try openDataset(name: "food101", path: folder.path, split: .train)
    #expect((0..<2).map { food.label(at: $0) } == [1, 0])
    #expect(try food.image(at: 0).height == 17)
    try folder.write("food-101/meta/test.txt", "cake/9\n".utf8)
    #expect(throws: DatasetError.self) {
      try openDataset(name: "food101", path: folder.path, split: .test)
    }
  }

  @Test(arguments: [
    ("food101", "images", "meta/train.txt", DatasetSplit.train),
    ("tiny_imagenet", "train", "val/val_annotations.txt", .test),
    ("imagenet1k", "train", "list.txt", .train), ("folder", "train", "list.txt", .train),
  ])
  func `class folders that differ in Unicode's composition alone are refused by name`(
    _ dataset: String, _ classes: String, _ list: String, _ split: DatasetSplit
  ) throws {
    let folder = try TemporaryFolder()
    for name in ["caf\u{e9}", "cafe\u{301}"] {
      try folder.write("\(classes)/\(name)/1.jpg", Self.image("grey.jpg"))
    }
    try folder.write("val/images/1.jpg", Self.image("grey.jpg"))
    try folder.write(list, "caf\u{e9}/1\n".utf8)
    let error = #expect(throws: DatasetError.self) {
      try openDataset(name: dataset, path: folder.path, split: split)
    }
    #expect(error?.description.contains("same name") == true)
  }
}
