/// A message of Protocol Buffers, written field by field in the order of their numbers.
struct ProtocolMessage {
  private(set) var bytes: [UInt8] = []

  /// How a field's value is stored.
  private enum Wire: Int {
    case varint = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  /// Adds a whole number that is not negative; 0 is what a missing field means.
  mutating func add(_ field: Int, _ number: Int) {
    precondition(number >= 0, "\(number) in field \(field)")
    guard number > 0 else { return }
    addKey(field, .varint)
    addVarint(number)
  }

  mutating func add(_ field: Int, _ number: Double) {
    addKey(field, .eightBytes)
    bytes += number.bitPattern.littleEndianBytes
  }

  mutating func add(_ field: Int, _ number: Float) {
    addKey(field, .fourBytes)
    bytes += number.bitPattern.littleEndianBytes
  }

  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  mutating func add(_ field: Int, _ message: ProtocolMessage) { add(field, message.bytes) }

  private mutating func add(_ field: Int, _ content: [UInt8]) {
    addKey(field, .counted)
    addVarint(content.count)
    bytes += content
  }

  private mutating func addKey(_ field: Int, _ wire: Wire) { addVarint(field << 3 | wire.rawValue) }

  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  private mutating func addVarint(_ number: Int) {
    var rest = UInt64(number)
    while rest > 0x7f {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension FixedWidthInteger {
  /// The bytes, the lowest first.
  var littleEndianBytes: [UInt8] {
    (0..<(Self.bitWidth / 8)).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }
}
