import Foundation
import TestSupport
import Testing

@testable import RelicCore

@Suite struct MappedFileTests {
  /// 100,000 numbers, many pages.
  static let numbers = Array(0..<Int32(100_000))

  private static func write(_ numbers: [Int32], to path: String) throws {
    try unsafe numbers.withUnsafeBytes { unsafe Data($0) }.write(to: URL(fileURLWithPath: path))
  }

  private static func element(_ index: Int, of mapped: MappedFile) -> Int32 {
    unsafe mapped.withElements(at: 0, count: numbers.count, of: Int32.self) { unsafe $0[index] }
  }

  @Test func `numbers are those of the file`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/numbers"
    try Self.write(Self.numbers, to: path)
    let mapped = try #require(MappedFile(ByteFile(path: path)))
    let all = unsafe mapped.withElements(at: 0, count: Self.numbers.count, of: Int32.self) {
      unsafe Array($0)
    }
    #expect(all == Self.numbers)
    let last = unsafe mapped.withElements(at: 399_996, count: 1, of: Int32.self) { unsafe $0[0] }
    #expect(last == 99_999)
    #expect(mapped.isIntact)
  }

  @Test func `a file that shrinks reads as zeros and says so`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/numbers"
    let other = folder.path + "/other"
    try Self.write(Self.numbers, to: path)
    try Self.write(Self.numbers, to: other)
    let mapped = try #require(MappedFile(ByteFile(path: path)))
    let untouched = try #require(MappedFile(ByteFile(path: other)))
    #expect(Self.element(50_000, of: mapped) == 50_000)
    #expect(unsafe truncate(path, 4096) == 0)
    #expect(!mapped.isIntact)
    #expect(Self.element(99_999, of: mapped) == 0)
    #expect(Self.element(50_000, of: mapped) == 0)
    #expect(!mapped.isIntact)
    #expect(Self.element(99_999, of: untouched) == 99_999)
    #expect(untouched.isIntact)
  }

  @Test func `a file that is written to is no longer what it was`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/numbers"
    try Self.write(Self.numbers, to: path)
    let mapped = try #require(MappedFile(ByteFile(path: path)))
    // Times of files are told apart by milliseconds.
    Thread.sleep(forTimeInterval: 0.05)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.write(contentsOf: Data([1]))
    #expect(!mapped.isIntact)
  }

  @Test func `a file that another takes the name of stays as it was`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/numbers"
    try Self.write(Self.numbers, to: path)
    let mapped = try #require(MappedFile(ByteFile(path: path)))
    try AtomicFile.write([1, 2, 3], to: path)
    #expect(Self.element(99_999, of: mapped) == 99_999)
    #expect(mapped.isIntact)
  }

  @Test func `nothing is no memory`() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path + "/empty"))
    #expect(MappedFile(try ByteFile(path: folder.path + "/empty")) == nil)
  }

  @Test func `an access that belongs to no file ends the process as before`() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      let folder = try TemporaryFolder()
      let path = folder.path + "/numbers"
      try Self.write(Self.numbers, to: path)
      let mapped = MappedFile(try ByteFile(path: path))
      let descriptor = unsafe open(path, O_RDONLY)
      let own = unsafe mmap(nil, 400_000, PROT_READ, MAP_SHARED, descriptor, 0)
      unsafe truncate(path, 0)
      let last = unsafe own?.load(fromByteOffset: 399_999, as: UInt8.self)
      print(last ?? 0, mapped?.isIntact ?? false)
    }
  }
}
