/// A place in a run of bytes that moves forward as little-endian numbers are read.
struct ByteReader {
  /// The bytes ended where more were wanted.
  struct End: Error {}

  let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Whether every byte was read.
  var isAtEnd: Bool { position == bytes.count }

  /// Returns the next `count` bytes.
  mutating func take(_ count: Int) throws(End) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw End() }
    position += count
    return bytes[(position - count)..<position]
  }

  /// Returns the next byte.
  mutating func byte() throws(End) -> UInt8 {
    guard position < bytes.count else { throw End() }
    position += 1
    return bytes[position - 1]
  }

  /// Returns an unsigned number of `width` bytes; one above `Int.max` counts as an end.
  mutating func unsigned(_ width: Int) throws(End) -> Int {
    let value = try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw End() }
    return number
  }

  /// Returns a signed number of eight bytes.
  mutating func signed64() throws(End) -> Int {
    Int(
      truncatingIfNeeded: try take(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// Returns what comes before the next line feed, and skips that.
  mutating func line() throws(End) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { throw End() }
    let text = String(decoding: bytes[position..<end], as: UTF8.self)
    position = end + 1
    return text
  }
}
