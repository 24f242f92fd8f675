import Foundation
import TestSupport
import Testing

@testable import RelicCore

@Suite struct FolderLockTests {
  @Test func `a second lock is refused by the folder's name until the first is released`() throws {
    let folder = try TemporaryFolder()
    let lock = try FolderLock(folder.path, writing: [])
    #expect(throws: FileError.inUse(path: folder.path)) {
      try FolderLock(folder.path, writing: [])
    }
    lock.release()
    try FolderLock(folder.path, writing: []).release()
  }

  @Test func `a folder is made, and goes again if nothing was written to it`() throws {
    let folder = try TemporaryFolder()
    let lock = try FolderLock(folder.path + "/new", writing: [])
    #expect(try folder.names() == ["new"])
    lock.release()
    #expect(try folder.names() == [])
    let second = try FolderLock(folder.path + "/new", writing: [])
    try AtomicFile.write([1], to: folder.path + "/new/a.bin")
    second.release()
    #expect(try folder.names() == ["new"])
    try FolderLock(folder.path, writing: []).release()
    #expect(try folder.names() == ["new"])
  }

  @Test func `what killed processes left of one's own files goes, and nothing else`() throws {
    let folder = try TemporaryFolder()
    let kept = ["a.bin", "a.bin.partial", "a.bin.1-x.partial", "b.bin.1-2.partial", "a.bin.1-2"]
    for name in kept + ["a.bin.1-2.partial", "a.bin.345-67.partial"] {
      try Data([1]).write(to: URL(filePath: folder.path + "/" + name))
    }
    try FolderLock(folder.path, writing: ["a.bin"]).release()
    #expect(try folder.names() == kept.sorted())
  }
}
