import Testing

@testable import RelicNN

@Suite struct ZipArchiveTests {
  private func archive(_ bytes: [UInt8]) throws -> [String: FileRegion] {
    let file = try TemporaryFile(bytes)
    return try ZipArchive(ByteFile(path: file.path)).members
  }

  private func number(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A file with one member `a`, whose directory entry claims what is given.
  private func sample(
    method: Int = 0, size: Int = 3, offset: Int = 0, extra: [UInt8] = [], entries: Int = 1
  ) -> [UInt8] {
    let member =
      number(0x0403_4b50, 4) + Array(repeating: 0, count: 22) + number(1, 2)
      + number(0, 2) + Array("axyz".utf8)
    let entry =
      number(0x0201_4b50, 4) + Array(repeating: 0, count: 6) + number(method, 2)
      + Array(repeating: 0, count: 8) + number(size, 4) + number(size, 4) + number(1, 2)
      + number(extra.count, 2) + Array(repeating: 0, count: 10) + number(offset, 4)
      + Array("a".utf8) + extra
    return member + entry + number(0x0605_4b50, 4) + Array(repeating: 0, count: 6)
      + number(entries, 2) + number(entry.count, 4) + number(member.count, 4) + number(0, 2)
  }

  @Test func `a stored member is found`() throws {
    #expect(try archive(sample()) == ["a": FileRegion(offset: 31, count: 3)])
  }

  @Test func `a field that is full is read from the ZIP64 extra`() throws {
    let extra = number(1, 2) + number(24, 2) + number(3, 8) + number(3, 8) + number(0, 8)
    let bytes = sample(size: 0xffff_ffff, offset: 0xffff_ffff, extra: extra)
    #expect(try archive(bytes) == ["a": FileRegion(offset: 31, count: 3)])
  }

  @Test func `what does not fit the file is refused`() {
    let huge = number(1, 2) + number(8, 2) + Array(repeating: 0xff, count: 8)
    for bytes in [
      sample(size: 4 << 20), sample(offset: 5), sample(entries: 2), sample(entries: 60_000),
      sample(size: 0xffff_ffff, extra: huge), sample(size: 0xffff_ffff),
      Array("PK".utf8), [],
    ] {
      #expect(throws: (any Error).self) { try archive(bytes) }
    }
  }

  @Test func `a compressed member is kept apart`() throws {
    let file = try TemporaryFile(sample(method: 8))
    let archive = try ZipArchive(ByteFile(path: file.path))
    #expect(archive.members == [:] && archive.packed == ["a"])
  }

  @Test func `a place at the end of all numbers is refused in words`() {
    let locator = number(0x0706_4b50, 4) + number(0, 4) + number(Int.max, 8) + number(1, 4)
    let end = number(0x0605_4b50, 4) + Array(repeating: 0, count: 18)
    let extra = number(1, 2) + number(8, 2) + number(Int.max, 8)
    for bytes in [
      number(0x0403_4b50, 4) + locator + end, sample(offset: 0xffff_ffff, extra: extra),
    ] {
      let error = #expect(throws: FileError.self) { try archive(bytes) }
      #expect(error?.description.contains("begin at byte \(Int.max);") == true)
    }
  }
}
