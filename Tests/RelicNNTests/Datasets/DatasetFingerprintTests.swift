import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct DatasetFingerprintTests {
  private static func folder(_ files: [String: Int]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, size) in files { try folder.write(name, Array(repeating: 0, count: size)) }
    return folder
  }

  private static func fingerprint(_ files: [String: Int]) throws -> DatasetFingerprint {
    let folder = try folder(files)
    return try withExtendedLifetime(folder) {
      try ImageFolder(folder: folder.path).fingerprint
    }
  }

  private static let files = ["cat/a.png": 5, "cat/b.png": 6, "dog/c.png": 7]

  @Test func `the same images anywhere have the same fingerprint`() throws {
    let one = try Self.fingerprint(Self.files)
    let other = try Self.fingerprint(Self.files)
    #expect(one == other)
    #expect(other.difference(from: one) == nil)
    #expect(DatasetFingerprint(notes: one.notes) == one)
  }

  @Test(arguments: [
    (["cat/a.png": 5, "cat/b.png": 6], "there are 2 of them, not 3"),
    (
      ["cat/a.png": 5, "cat/b.png": 6, "dog/d.png": 7], "their names, order or classes are others"
    ),
    (
      ["cat/a.png": 5, "dog/b.png": 6, "dog/c.png": 7], "their names, order or classes are others"
    ),
    (["cat/a.png": 5, "cat/b.png": 7, "dog/c.png": 6], "the sizes of their files differ"),
  ])
  func `what differs is told`(_ changed: [String: Int], _ difference: String) throws {
    let before = try Self.fingerprint(Self.files)
    #expect(try Self.fingerprint(changed).difference(from: before) == difference)
  }

  @Test func `a file that goes meanwhile changes the fingerprint of an open set`() throws {
    let folder = try Self.folder(Self.files)
    let set = try ImageFolder(folder: folder.path)
    let before = set.fingerprint
    try FileManager.default.removeItem(atPath: folder.path + "/cat/b.png")
    #expect(set.fingerprint.difference(from: before) == "the sizes of their files differ")
  }

  @Test func `a set without files is told by count and labels`() {
    struct Labelled: ImageDataset {
      let labels: [Int?]
      var count: Int { labels.count }
      func image(at index: Int) -> RGBImage { RGBImage(width: 1, height: 1, pixels: [0, 0, 0]) }
      func label(at index: Int) -> Int? { labels[index] }
    }
    let before = Labelled(labels: [0, 1, nil]).fingerprint
    #expect(before.sizes == nil)
    #expect(Labelled(labels: [0, 1, nil]).fingerprint == before)
    #expect(
      Labelled(labels: [1, 0, nil]).fingerprint.difference(from: before)
        == "their names, order or classes are others")
  }
}
