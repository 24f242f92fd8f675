import TestSupport
import Testing

@testable import RelicNN

@Suite struct JoinedImagesTests {
  @Test func `images follow each other with the labels and names of their sets`() throws {
    let folder = try TemporaryFolder()
    try folder.addImages(["a/cat/1.png", "a/dog/2.png", "b/3.png"])
    let parts = try ["a", "b"].map { try ImageFolder(folder: "\(folder.path)/\($0)") }
    let joined = JoinedImages(parts)
    #expect(joined.count == 3 && joined.classNames == ["cat", "dog"])
    #expect((0..<3).map { joined.label(at: $0) } == [0, 1, nil])
    #expect((0..<3).map { joined.fileName(at: $0) } == ["cat/1.png", "dog/2.png", "3.png"])
    for index in 0..<3 {
      let image = try joined.image(at: index)
      #expect(try image.pixels == parts[0].image(at: 0).pixels)
    }
  }

  @Test func `a set that is joined by another is not the same`() throws {
    let folder = try TemporaryFolder()
    try folder.addImages(["a/1.png", "b/1.png", "c/1.png"])
    let (a, b, c) = (
      try ImageFolder(folder: folder.path + "/a"), try ImageFolder(folder: folder.path + "/b"),
      try ImageFolder(folder: folder.path + "/c")
    )
    #expect(JoinedImages([a, b]).fingerprint == JoinedImages([a, c]).fingerprint)
    #expect(JoinedImages([a, b]).fingerprint != JoinedImages([a]).fingerprint)
    #expect(JoinedImages([a, b]).fingerprint.sizes != nil)
  }
}
