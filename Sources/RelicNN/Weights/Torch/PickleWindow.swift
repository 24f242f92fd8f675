/// Pickles that lie one after the other in a part of a file, with numbers in between.
///
/// A pickle does not tell its length, so ever larger pieces are read until it ends.
struct PickleWindow {
  /// More than any state dict's pickle has, in bytes.
  static let largest = 1 << 28

  let file: ByteFile
  /// Where the next pickle or number begins.
  private(set) var offset: Int
  private let end: Int

  init(_ file: ByteFile, _ region: FileRegion) {
    self.file = file
    offset = region.offset
    end = region.offset + region.count
  }

  /// Reads the next pickle.
  mutating func pickle() throws -> Pickle {
    var size = 1 << 12
    while true {
      let count = min(size, end - offset)
      do {
        let pickle = try Pickle(file.bytes(at: offset, count: count))
        offset += pickle.count
        return pickle
      } catch Pickle.Failure.endsEarly where count == size && size < Self.largest {
        size *= 8
      }
    }
  }

  /// Reads the next bytes.
  mutating func reader(of count: Int) throws -> ByteReader {
    guard count <= end - offset else { throw ByteReader.End() }
    let bytes = try file.bytes(at: offset, count: count)
    offset += count
    return ByteReader(bytes)
  }

  /// Passes over a storage, the count of its numbers and the numbers, and returns where these lie.
  mutating func storage(width: Int) throws -> FileRegion {
    var head = try reader(of: 8)
    let count = try head.unsigned(8)
    guard count <= (end - offset) / width else { throw ByteReader.End() }
    let region = FileRegion(offset: offset, count: count * width)
    offset += region.count
    return region
  }
}
