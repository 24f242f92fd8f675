/// Reads the few Python literals a `.npy` header is made of; evaluates nothing.
struct PythonLiteral {
  enum Value: Equatable {
    case dictionary([String: Value])
    case string(String)
    case boolean(Bool)
    case tuple([Int])
    /// A list, such as a record type's fields; its content is not kept.
    case list
  }

  /// What was wrong with the text.
  struct SyntaxError: Error {
    let reason: String
  }

  private let text: [UInt8]
  private var position = 0

  init(text: [UInt8]) { self.text = text }

  /// Returns the only value in the text.
  mutating func parse() throws(SyntaxError) -> Value {
    let value = try dictionary()
    skipSpace()
    if position < text.count { throw unexpected() }
    return value
  }

  private mutating func dictionary() throws(SyntaxError) -> Value {
    try expect("{")
    var entries: [String: Value] = [:]
    while !take("}") {
      let key = try string()
      try expect(":")
      let value = try value()
      if entries.updateValue(value, forKey: key) != nil {
        throw SyntaxError(reason: "'\(key)' occurs twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    return .dictionary(entries)
  }

  private mutating func value() throws(SyntaxError) -> Value {
    skipSpace()
    guard position < text.count else { throw unexpected() }
    switch text[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "("): return .tuple(try tuple())
    case UInt8(ascii: "["):
      try skipList()
      return .list
    default:
      if takeWord("True") { return .boolean(true) }
      if takeWord("False") { return .boolean(false) }
      throw unexpected()
    }
  }

  private mutating func string() throws(SyntaxError) -> String {
    skipSpace()
    guard position < text.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(text[position])
    else { throw unexpected() }
    let quote = text[position]
    guard let end = text[(position + 1)...].firstIndex(of: quote) else {
      throw SyntaxError(reason: "a string does not end")
    }
    let content = text[(position + 1)..<end]
    position = end + 1
    if content.contains(UInt8(ascii: "\\")) { throw SyntaxError(reason: "a string has an escape") }
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func tuple() throws(SyntaxError) -> [Int] {
    try expect("(")
    var items: [Int] = []
    while !take(")") {
      items.append(try integer())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return items
  }

  /// Reads a non-negative integer; a trailing `L`, as Python 2 wrote it, is allowed.
  private mutating func integer() throws(SyntaxError) -> Int {
    skipSpace()
    let start = position
    while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
      position += 1
    }
    guard start < position else { throw unexpected() }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    _ = takeWord("L")
    guard let value = Int(digits) else { throw SyntaxError(reason: "\(digits) is too large") }
    return value
  }

  /// Skips a list, whose brackets inside strings do not count.
  private mutating func skipList() throws(SyntaxError) {
    var depth = 0
    repeat {
      skipSpace()
      guard position < text.count else { throw unexpected() }
      switch text[position] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "]"):
        depth -= 1
        position += 1
      default: position += 1
      }
    } while depth > 0
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x0a].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(SyntaxError) {
    if !take(character) { throw unexpected() }
  }

  private func unexpected() -> SyntaxError {
    guard position < text.count else { return SyntaxError(reason: "it ends too early") }
    let byte = text[position]
    let found = (0x20..<0x7f).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    return SyntaxError(reason: "\(found) at character \(position) is out of place")
  }
}
