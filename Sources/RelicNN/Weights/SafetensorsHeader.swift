/// The header of a safetensors file: a JSON object of one entry per array.
///
/// Only what the format allows is understood, names twice are seen, and nothing nests, so no
/// header can exhaust the stack.
struct SafetensorsHeader {
  /// Where an array lies.
  struct Entry {
    var name: String
    var type = ""
    var shape: [Int] = []
    var offsets: [Int] = []
  }

  /// A header that is not well formed.
  struct Malformed: Error { let reason: String }

  /// The most extents of a shape: those of PyTorch's tensors.
  private static let largestRank = 64

  /// More arrays than any weight file has.
  private static let mostEntries = 1 << 20

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) throws(Malformed) {
    self.text = text
    var seen: Set<String> = []
    try object { (header, name) throws(Malformed) in
      guard seen.insert(name).inserted else { throw Malformed(reason: "'\(name)' stands twice") }
      if name == "__metadata__" {
        try header.object { (header, key) throws(Malformed) in
          header.metadata[key] = try header.string()
        }
      } else {
        guard header.entries.count < Self.mostEntries else {
          throw Malformed(reason: "the header has more than \(Self.mostEntries) arrays")
        }
        header.entries.append(try header.entry(name))
      }
    }
    skipSpace()
    guard position == text.count else {
      throw Malformed(reason: "the header goes on after its end")
    }
  }

  private mutating func entry(_ name: String) throws(Malformed) -> Entry {
    var entry = Entry(name: name)
    try object { (header, key) throws(Malformed) in
      switch key {
      case "dtype": entry.type = try header.string()
      case "shape": entry.shape = try header.numbers(atMost: Self.largestRank)
      case "data_offsets": entry.offsets = try header.numbers(atMost: 2)
      default: throw Malformed(reason: "'\(name)' has an unknown field '\(key)'")
      }
    }
    return entry
  }

  private mutating func object(
    _ member: (inout SafetensorsHeader, _ key: String) throws(Malformed) -> Void
  ) throws(Malformed) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while accept(",")
    try expect("}")
  }

  private mutating func numbers(atMost limit: Int) throws(Malformed) -> [Int] {
    var list: [Int] = []
    try expect("[")
    if accept("]") { return list }
    repeat {
      guard list.count < limit else {
        throw Malformed(reason: "a list has more than \(limit) numbers")
      }
      list.append(try number())
    } while accept(",")
    try expect("]")
    return list
  }

  private mutating func number() throws(Malformed) -> Int {
    skipSpace()
    let digits = text[position...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw Malformed(reason: "a whole number is missing at byte \(position) of the header")
    }
    position += digits.count
    return value
  }

  private mutating func string() throws(Malformed) -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while position < text.count, text[position] >= 0x20 {
      let byte = text[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard let string = String(validating: bytes, as: UTF8.self) else { break }
        return string
      }
      if byte == UInt8(ascii: "\\") {
        bytes += try escaped().utf8
      } else {
        bytes.append(byte)
      }
    }
    throw Malformed(reason: "a text does not end by byte \(position) of the header")
  }

  private mutating func escaped() throws(Malformed) -> String {
    guard position < text.count else { throw Malformed(reason: "the header ends in a text") }
    position += 1
    switch text[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if units[0] & 0xfc00 == 0xd800, accept("\\"), accept("u") { units.append(try unit()) }
      if let string = String(validating: units, as: UTF16.self) { return string }
    default: break
    }
    throw Malformed(reason: "a text has an unknown escape before byte \(position) of the header")
  }

  private mutating func unit() throws(Malformed) -> UInt16 {
    let digits = text[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw Malformed(reason: "an escape at byte \(position) of the header has no four digits")
    }
    position += 4
    return unit
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    guard accept(character) else {
      throw Malformed(reason: "'\(character)' is missing at byte \(position) of the header")
    }
  }
}
