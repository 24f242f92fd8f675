import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// Every entry of a folder of images is used, counted or refused by name.
@Suite struct FolderEntriesTests: ~Copyable {
  let folder: TemporaryFolder

  init() throws {
    let folder = try TemporaryFolder()
    for name in ["cat/1.png", "dog/1.png"] {
      try folder.write(name, ImageFolderTests.image("rgb.png"))
    }
    self.folder = folder
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/\(name)", withDestinationPath: target)
  }

  private func reason() -> String? {
    #expect(throws: DatasetError.self) { try ImageFolder(folder: folder.path) }?.description
  }

  @Test func `a name that is not UTF-8 is refused where it matters`() throws {
    let bytes = Array("\(folder.path)/caf".utf8) + [0xe9, 0]
    #expect(unsafe mkdir(bytes.map(CChar.init(bitPattern:)), 0o700) == 0)
    #expect(reason() == "\(folder.path)/caf\\xe9: its name is not UTF-8")
    #expect(unsafe rmdir(bytes.map(CChar.init(bitPattern:))) == 0)
    let note = Array("\(folder.path)/dog/caf".utf8) + [0xe9] + Array(".txt".utf8) + [0]
    let file = unsafe open(note.map(CChar.init(bitPattern:)), O_CREAT | O_WRONLY, 0o600)
    #expect(file >= 0 && close(file) == 0)
    #expect(try ImageFolder(folder: folder.path).otherFiles.counts == [".txt": 1])
  }

  @Test func `a name of two lines is refused`() throws {
    try folder.write("dog/two\nlines.png", ImageFolderTests.image("rgb.png"))
    #expect(reason() == "\(folder.path)/dog/two\\x0alines.png: its name holds a line break")
  }

  @Test(arguments: ["ape", "dog/puppies"])
  func `a link that leads nowhere is refused, an image's by its reader`(_ name: String) throws {
    try link(name, to: "unmounted/\(name)")
    #expect(reason() == "\(folder.path)/\(name): is a link that leads nowhere")
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    try link("dog/gone.png", to: "nowhere.png")
    let set = try ImageFolder(folder: folder.path)
    #expect(
      (0..<set.count).map { set.fileName(at: $0) } == ["cat/1.png", "dog/1.png", "dog/gone.png"])
    let error = #expect(throws: DatasetError.self) { try set.image(at: 2) }
    #expect(
      error?.description.hasPrefix("\(folder.path)/dog/gone.png: cannot be read: No such") == true)
  }

  @Test func `files that are no images are counted by ending`() throws {
    for name in ["a.webp", "b.WEBP", "cat/c.webp", "Thumbs.db", "cat/LICENSE", ".hidden.bmp"] {
      try folder.write(name, [65])
    }
    let others = try ImageFolder(folder: folder.path).otherFiles
    #expect(others.counts == [".webp": 3, ".db": 1, "": 1])
    #expect(others.description == "3 .webp, 1 without ending, 1 .db")
  }

  @Test func `files are in torchvision's order, by their folder's whole path`() throws {
    let names = ["cat/a/2.png", "cat/a/deep/1.png", "cat/a-b/1.png", "cat/z.png", "cat/B/1.png"]
    for name in names { try folder.write(name, ImageFolderTests.image("rgb.png")) }
    let set = try ImageFolder(folder: folder.path)
    // As sorted(os.walk(...)) has them: '-' comes before '/'.
    #expect(
      (0..<set.count).map { set.fileName(at: $0) } == [
        "cat/1.png", "cat/z.png", "cat/B/1.png", "cat/a/2.png", "cat/a-b/1.png",
        "cat/a/deep/1.png", "dog/1.png",
      ])
  }

  @Test func `folders that link to each other come to an end`() throws {
    let names = (0..<12).map { "cat/\($0)" }
    for name in names { try folder.write("\(name)/1.png", ImageFolderTests.image("rgb.png")) }
    for (i, name) in names.enumerated() {
      for j in names.indices where j != i { try link("\(name)/to\(j)", to: "../\(j)") }
    }
    #expect(reason()?.hasSuffix("links lead to it on more than 100 paths") == true)
  }

  @Test(arguments: [("Train", "Val"), ("TRAIN", "Test"), ("train", "val")])
  func `splits may be in capitals`(_ train: String, _ test: String) throws {
    let set = try TemporaryFolder()
    for name in ["\(train)/cat/1.png", "\(train)/dog/1.png", "\(test)/dog/1.png"] {
      try set.write(name, ImageFolderTests.image("rgb.png"))
    }
    let trained = try openDataset(name: "folder", path: set.path, split: .train)
    #expect(trained.classNames == ["cat", "dog"] && trained.count == 2)
    let tested = try openDataset(name: "folder", path: set.path, split: .test)
    #expect(tested.count == 1 && tested.label(at: 0) == 1)
    #expect(ImageFolder.hasTestSplit(set.path))
  }

  @Test(arguments: [["photos/train/cat"], ["photos/Train/cat", "photos/val/cat", "photos/more"]])
  func `a path one level too high is refused by the name of the data set`(
    _ names: [String]
  ) throws {
    let set = try TemporaryFolder()
    for name in names { try set.write("\(name)/1.png", ImageFolderTests.image("rgb.png")) }
    let error = #expect(throws: DatasetError.self) {
      try openDataset(name: "folder", path: set.path, split: .train)
    }
    let split = names[0].contains("Train") ? "Train" : "train"
    #expect(error == .splitsInClass(path: "\(set.path)/photos", split: split))
  }

  @Test func `ImageNet's validation images must be sorted into classes`() throws {
    let set = try TemporaryFolder()
    for name in ["train/n1/1.png", "val/1.png"] {
      try set.write(name, ImageFolderTests.image("rgb.png"))
    }
    #expect(throws: DatasetError.unsortedTestImages(path: "\(set.path)/val")) {
      try openDataset(name: "imagenet1k", path: set.path, split: .test)
    }
  }

  @Test(arguments: ["data/cifar-10-batches-py", "data"])
  func `CIFAR-10 as pickles is named`(_ name: String) throws {
    let set = try TemporaryFolder()
    for batch in 1...5 { try set.write("\(name)/data_batch_\(batch)", [65]) }
    #expect(throws: DatasetError.pythonLayout(path: "\(set.path)/\(name)")) {
      try openDataset(name: "cifar10", path: "\(set.path)/data", split: .train)
    }
  }
}
