import Foundation
import TestSupport
import Testing

@testable import RelicCore

@Suite struct AtomicFileTests {
  @Test func `a file appears with all its bytes and replaces the old one`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bin"
    try AtomicFile.write([1, 2], to: path)
    let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(large, to: path)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == large)
    #expect(try folder.names() == ["a.bin"])
  }

  @Test func `a file that is not finished leaves the old one and nothing else`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bin"
    try AtomicFile.write([1, 2], to: path)
    do {
      let file = try AtomicFile(path: path)
      try file.write([3])
    }
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [1, 2])
    #expect(try folder.names() == ["a.bin"])
  }

  @Test func `files of the same number of a process that lives stay, and go when it is killed`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bin"
    let name = try {
      let file = try AtomicFile(path: path)
      defer { withExtendedLifetime(file) {} }
      return try #require(try folder.names().first)
    }()
    let serial = try #require(name.split(whereSeparator: { "-.".contains($0) }).dropLast().last)
    let next = try #require(Int(serial)) + 1
    let left = (next..<(next + 100)).map { "a.bin.\(getpid())-\($0).partial" }
    let locks = left.map { name in
      let file = unsafe open("\(folder.path)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
      #expect(file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)
      return file
    }
    try AtomicFile.write([1], to: path)
    #expect(try folder.names() == (left + ["a.bin"]).sorted())
    // The lock of a killed process goes with it.
    for file in locks { close(file) }
    try AtomicFile.write([2], to: path)
    #expect(try folder.names() == ["a.bin"])
  }

  @Test func `two files of one name that are written at once are in nobody's way`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bin"
    let first = try AtomicFile(path: path)
    try first.write([1])
    try first.finish()
    try AtomicFile.write([2], to: path)
    try first.commit()
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [1])
    #expect(try folder.names() == ["a.bin"])
  }

  @Test func `a link stays a link to the new file`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bin"
    try AtomicFile.write([1], to: path)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: path)
    try AtomicFile.write([2], to: folder.path + "/link")
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [2])
    #expect(try folder.names() == ["a.bin", "link"])
  }

  @Test func `a place that cannot hold a file is refused with its name`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/no/a.bin"
    #expect(throws: FileError.cannotWrite(path: path, reason: "No such file or directory")) {
      try AtomicFile.write([1], to: path)
    }
    #expect(
      throws: FileError.cannotWrite(
        path: "/dev/null", reason: "it exists and is not a regular file")
    ) { try AtomicFile.write([1], to: "/dev/null") }
  }
}
