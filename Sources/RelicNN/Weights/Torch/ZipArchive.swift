/// The members of a ZIP file that are stored without compression, as PyTorch writes them.
///
/// Places and sizes come from the central directory, in its ZIP64 form where a field is full, and
/// each is checked against the length of the file.
struct ZipArchive {
  /// One line of the central directory.
  private struct Entry {
    var name: String
    var isPlain: Bool
    var compressed: Int
    var size: Int
    var offset: Int
  }

  private static let largestDirectory = 1 << 24
  private static let full = 0xffff_ffff

  private(set) var members: [String: FileRegion] = [:]
  /// The names of members that are compressed or encrypted.
  private(set) var packed: Set<String> = []

  init(_ file: ByteFile) throws {
    do {
      let directory = try Self.directory(of: file)
      var bytes = ByteReader(directory.bytes)
      for _ in 0..<directory.entries {
        let entry = try Self.entry(&bytes)
        if entry.name.hasSuffix("/") { continue }
        guard entry.isPlain, entry.size == entry.compressed else {
          packed.insert(entry.name)
          continue
        }
        guard members[entry.name] == nil else { throw ByteReader.End() }
        members[entry.name] = try Self.member(entry, in: file)
      }
    } catch is ByteReader.End {
      throw WeightFileError.damaged(path: file.path, reason: "its list of members is broken")
    }
  }

  /// Whether a file starts as a ZIP file with a member does.
  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    guard file.count >= 4 else { return false }
    return try file.bytes(at: 0, count: 4) == [0x50, 0x4b, 3, 4]
  }

  private static func directory(of file: ByteFile) throws -> (bytes: [UInt8], entries: Int) {
    // The end record is 22 bytes and a comment of at most 65,535.
    let start = max(0, file.count - 22 - 0xffff)
    let tail = try file.bytes(at: start, count: file.count - start)
    guard
      let place = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
        tail[$0..<($0 + 4)].elementsEqual([0x50, 0x4b, 5, 6])
      })
    else { throw ByteReader.End() }
    var end = ByteReader(Array(tail[(place + 10)...]))
    var entries = try end.unsigned(2)
    var count = try end.unsigned(4)
    var offset = try end.unsigned(4)
    if place >= 20, tail[(place - 20)..<(place - 16)].elementsEqual([0x50, 0x4b, 6, 7]) {
      var locator = ByteReader(Array(tail[(place - 12)..<place]))
      var record = ByteReader(try file.bytes(at: try locator.unsigned(8), count: 56))
      guard try record.unsigned(4) == 0x0606_4b50 else { throw ByteReader.End() }
      _ = try record.take(28)
      entries = try record.unsigned(8)
      count = try record.unsigned(8)
      offset = try record.unsigned(8)
    }
    guard count <= largestDirectory, entries <= count / 46 else { throw ByteReader.End() }
    return (try file.bytes(at: offset, count: count), entries)
  }

  private static func entry(_ bytes: inout ByteReader) throws(ByteReader.End) -> Entry {
    guard try bytes.unsigned(4) == 0x0201_4b50 else { throw ByteReader.End() }
    _ = try bytes.take(4)
    let flags = try bytes.unsigned(2)
    let method = try bytes.unsigned(2)
    _ = try bytes.take(8)
    var entry = Entry(
      name: "", isPlain: method == 0 && flags & 1 == 0, compressed: try bytes.unsigned(4),
      size: try bytes.unsigned(4), offset: 0)
    let nameCount = try bytes.unsigned(2)
    let extraCount = try bytes.unsigned(2)
    let commentCount = try bytes.unsigned(2)
    _ = try bytes.take(8)
    entry.offset = try bytes.unsigned(4)
    entry.name = String(decoding: try bytes.take(nameCount), as: UTF8.self)
    var extra = ByteReader(Array(try bytes.take(extraCount)))
    while !extra.isAtEnd {
      let kind = try extra.unsigned(2)
      var field = ByteReader(Array(try extra.take(try extra.unsigned(2))))
      guard kind == 1 else { continue }
      if entry.size == full { entry.size = try field.unsigned(8) }
      if entry.compressed == full { entry.compressed = try field.unsigned(8) }
      if entry.offset == full { entry.offset = try field.unsigned(8) }
    }
    _ = try bytes.take(commentCount)
    return entry
  }

  private static func member(_ entry: Entry, in file: ByteFile) throws -> FileRegion {
    var header = ByteReader(try file.bytes(at: entry.offset, count: 30))
    guard try header.unsigned(4) == 0x0403_4b50 else { throw ByteReader.End() }
    _ = try header.take(22)
    let start = entry.offset + 30 + (try header.unsigned(2)) + (try header.unsigned(2))
    guard start <= file.count, entry.size <= file.count - start else { throw ByteReader.End() }
    return FileRegion(offset: start, count: entry.size)
  }
}
