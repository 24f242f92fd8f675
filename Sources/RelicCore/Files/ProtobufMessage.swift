/// A message in the wire format of Protocol Buffers, for writing alone.
///
/// https://protobuf.dev/programming-guides/encoding. Fields are added in the order of their numbers,
/// so that the bytes are those which Google's library writes.
package struct ProtobufMessage {
  /// What stands before the content of a field.
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case counted = 2
    case fixed32 = 5
  }

  /// The message so far.
  package private(set) var bytes: [UInt8] = []

  /// Creates an empty message.
  package init() {}

  /// Adds a number that is not negative.
  package mutating func add(_ field: UInt64, _ number: Int) {
    precondition(number >= 0, "\(number) in field \(field)")
    appendKey(field, .varint)
    appendVarint(UInt64(number))
  }

  /// Adds a number of single precision.
  package mutating func add(_ field: UInt64, _ number: Float) {
    appendKey(field, .fixed32)
    bytes += number.bitPattern.littleEndianBytes
  }

  /// Adds a number of double precision.
  package mutating func add(_ field: UInt64, _ number: Double) {
    appendKey(field, .fixed64)
    bytes += number.bitPattern.littleEndianBytes
  }

  /// Adds a text.
  package mutating func add(_ field: UInt64, _ text: String) { add(field, bytes: Array(text.utf8)) }

  /// Adds a message within this one.
  package mutating func add(_ field: UInt64, _ message: ProtobufMessage) {
    add(field, bytes: message.bytes)
  }

  /// Adds bytes.
  package mutating func add(_ field: UInt64, bytes content: [UInt8]) {
    appendKey(field, .counted)
    appendVarint(UInt64(content.count))
    bytes += content
  }

  private mutating func appendKey(_ field: UInt64, _ type: WireType) {
    appendVarint(field << 3 | type.rawValue)
  }

  /// Seven bits a byte, lowest first; the top bit says that another follows.
  private mutating func appendVarint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
