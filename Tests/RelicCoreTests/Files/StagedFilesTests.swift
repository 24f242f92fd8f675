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
}
