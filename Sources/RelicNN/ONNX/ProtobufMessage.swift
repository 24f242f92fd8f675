/// A message in the wire format of Protocol Buffers, for writing alone.
///
/// https://protobuf.dev/programming-guides/encoding. Fields are added in the order of their numbers,
/// so that the bytes are those which Google's library writes. Tensors are kept as they are, so that
/// a message of large weights costs no copy of them for each message around it.
struct ProtobufMessage {
  private enum Part {
    case bytes([UInt8])
    case elements(Tensor)
  }

  /// What stands before the content of a field.
  private enum WireType: UInt64 {
    case integer = 0
    case bytes = 2
    case fixed32 = 5
  }

  private var parts: [Part] = []

  /// The number of bytes.
  private(set) var count = 0

  /// Adds a number that is not negative.
  mutating func add(_ field: UInt64, _ value: Int) {
    append(Self.key(field, .integer) + Self.varint(UInt64(value)))
  }

  /// Adds a number of single precision.
  mutating func add(_ field: UInt64, _ value: Float) {
    let bits = value.bitPattern
    append(Self.key(field, .fixed32) + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  /// Adds a text.
  mutating func add(_ field: UInt64, _ text: String) {
    append(Self.key(field, .bytes) + Self.varint(UInt64(text.utf8.count)) + text.utf8)
  }

  /// Adds a message within this one.
  mutating func add(_ field: UInt64, _ message: ProtobufMessage) {
    append(Self.key(field, .bytes) + Self.varint(UInt64(message.count)))
    for part in message.parts {
      switch part {
      case .bytes(let bytes): append(bytes)
      case .elements(let tensor): append(tensor)
      }
    }
  }

  /// Adds a tensor's elements as bytes, little-endian.
  mutating func add(_ field: UInt64, elementsOf tensor: Tensor) {
    append(Self.key(field, .bytes) + Self.varint(UInt64(Self.length(tensor))))
    append(tensor)
  }

  /// Appends the message to a file.
  func write(to file: AtomicFile) throws(FileError) {
    for part in parts {
      switch part {
      case .bytes(let bytes): try file.write(bytes)
      case .elements(let tensor): try file.write(tensor)
      }
    }
  }

  private mutating func append(_ bytes: [UInt8]) {
    count += bytes.count
    if case .bytes(var last)? = parts.last {
      // Held by nobody else, it is added to in place.
      parts.removeLast()
      last += bytes
      parts.append(.bytes(last))
    } else {
      parts.append(.bytes(bytes))
    }
  }

  private mutating func append(_ tensor: Tensor) {
    count += Self.length(tensor)
    parts.append(.elements(tensor))
  }

  private static func length(_ tensor: Tensor) -> Int { tensor.count * MemoryLayout<Float>.size }

  private static func key(_ field: UInt64, _ type: WireType) -> [UInt8] {
    varint(field << 3 | type.rawValue)
  }

  /// Seven bits a byte, lowest first; the top bit says that another follows.
  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
