import RelicNN

@testable import relic

/// The records of an event file, read field by field.
struct EventReader {
  struct Event: Equatable {
    var wallTime = 0.0
    var step = 0
    var version: String?
    var isStart = false
    var scalars: [String: Float] = [:]
  }

  let events: [Event]

  /// Reads a file, or returns `nil` if its lengths or checksums are wrong.
  init?(_ bytes: some Sequence<UInt8>) {
    var rest = Array(bytes)[...]
    var events: [Event] = []
    while !rest.isEmpty {
      guard rest.count >= 12 else { return nil }
      let length = rest.prefix(8)
      let count = Self.number(length)
      guard Self.number(rest.dropFirst(8).prefix(4)) == Int(CRC32C.masked(length)),
        rest.count >= 16 + count
      else { return nil }
      let message = rest.dropFirst(12).prefix(count)
      guard Self.number(rest.dropFirst(12 + count).prefix(4)) == Int(CRC32C.masked(message)) else {
        return nil
      }
      events.append(Self.event(message))
      rest = rest.dropFirst(16 + count)
    }
    self.events = events
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(truncatingIfNeeded: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func event(_ message: ArraySlice<UInt8>) -> Event {
    var event = Event()
    for (field, value) in fields(message) {
      switch field {
      case 1: event.wallTime = Double(bitPattern: UInt64(bitPattern: Int64(number(value))))
      case 2: event.step = number(value)
      case 3: event.version = String(decoding: value, as: UTF8.self)
      case 7: event.isStart = fields(value).contains { $0.field == 1 && number($0.value) == 1 }
      case 5:
        for (_, entry) in fields(value) {
          let parts = Dictionary(fields(entry).map { ($0.field, $0.value) }) { $1 }
          guard let tag = parts[1], let scalar = parts[2] else { continue }
          event.scalars[String(decoding: tag, as: UTF8.self)] = Float(
            bitPattern: UInt32(truncatingIfNeeded: number(scalar)))
        }
      default: break
      }
    }
    return event
  }

  /// The fields of a message; a varint as eight bytes, the lowest first.
  private static func fields(
    _ message: ArraySlice<UInt8>
  ) -> [(field: Int, value: ArraySlice<UInt8>)] {
    var rest = message
    func varint() -> Int {
      var (number, shift) = (0, 0)
      while let byte = rest.popFirst() {
        number |= Int(byte & 0x7f) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return number
    }
    var fields: [(Int, ArraySlice<UInt8>)] = []
    while !rest.isEmpty {
      let key = varint()
      if key & 7 == 0 {
        fields.append((key >> 3, varint().littleEndianBytes[...]))
        continue
      }
      let count = key & 7 == 1 ? 8 : key & 7 == 5 ? 4 : varint()
      fields.append((key >> 3, rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return fields
  }
}
