/// The members of a tar file, in the form that Python's `tarfile` writes.
///
/// Each size is checked against the length of the file.
struct TarArchive {
  private static let block = 512
  private static let mostMembers = 1 << 16

  private(set) var members: [String: FileRegion] = [:]

  init(_ file: ByteFile) throws {
    var offset = 0
    for _ in 0..<Self.mostMembers where file.count - offset >= Self.block {
      let header = try file.bytes(at: offset, count: Self.block)
      if header.allSatisfy({ $0 == 0 }) { return }
      guard let size = Self.octal(header[124..<136]), size <= file.count - offset - Self.block
      else {
        throw WeightFileError.damaged(path: file.path, reason: "its list of members is broken")
      }
      let name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
      if header[156] == UInt8(ascii: "0") || header[156] == 0 {
        members[name] = FileRegion(offset: offset + Self.block, count: size)
      }
      let padded = (size + Self.block - 1) / Self.block * Self.block
      offset = min(file.count, offset + Self.block + padded)
    }
  }

  /// Whether a file starts as a tar file with a member does.
  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    guard file.count >= block else { return false }
    return try file.bytes(at: 257, count: 5) == Array("ustar".utf8)
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.prefix { $0 != 0 }
    return Int(String(decoding: digits, as: UTF8.self).filter { $0 != " " }, radix: 8).flatMap {
      $0 >= 0 ? $0 : nil
    }
  }
}
