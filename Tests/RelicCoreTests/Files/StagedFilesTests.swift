import Foundation
import TestSupport
import Testing

@testable import RelicCore

@Suite struct StagedFilesTests {
  @Test func `files that are not committed leave nothing behind`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a"
    try Data("old".utf8).write(to: URL(filePath: path))
    #expect(throws: FileError.self) {
      var files = StagedFiles()
      try files.add([[1], [2, 3]], as: path)
      try files.add([[4]], as: "/dev/null/b")
      try files.commit()
    }
    #expect(try folder.names() == ["a"])
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
  }

  @Test func `files of an earlier content go, and links are followed`() throws {
    let folder = try TemporaryFolder()
    let (kept, old, link) = (folder.path + "/a", folder.path + "/b", folder.path + "/c")
    try AtomicFile.write([1], to: kept)
    try AtomicFile.write([2], to: old)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: kept)
    var files = try StagedFiles(in: folder.path)
    try files.add([[3]], as: link)
    try files.commit(removing: [old, link])
    #expect(try folder.names() == ["a", "c"])
    #expect(try ByteFile(path: kept).bytes(at: 0, count: 1) == [3])
  }

  @Test func `none of an earlier content is left where the new one does not get to its end`()
    throws
  {
    let folder = try TemporaryFolder()
    let (first, second) = (folder.path + "/a", folder.path + "/b")
    for path in [first, second] { try AtomicFile.write([1], to: path) }
    #expect(throws: FileError.self) {
      var files = try StagedFiles(in: folder.path)
      try files.add([[2]], as: first)
      try files.add([[2]], as: second)
      // Nothing is renamed over a folder.
      try FileManager.default.removeItem(atPath: first)
      try FileManager.default.createDirectory(
        atPath: first + "/c", withIntermediateDirectories: true)
      try files.commit(removing: [first, second])
    }
    #expect(try folder.names() == ["a"])
  }
}
