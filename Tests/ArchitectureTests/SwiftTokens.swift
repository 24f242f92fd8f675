/// The words and signs of a Swift source, without its comments and the text of its strings.
///
/// What stands in `\( )` within a string is code.
struct SwiftTokens {
  private(set) var tokens: [String] = []
  private let bytes: [UInt8]
  private var index = 0

  init(_ source: String) {
    bytes = Array(source.utf8)
    readCode(isInterpolated: false)
  }

  /// Reads to the end, or past the parenthesis that ends an interpolation.
  private mutating func readCode(isInterpolated: Bool) {
    var depth = 0
    while index < bytes.count {
      if skipComment() || readString() { continue }
      if Self.isInWord(bytes[index]) {
        readWord()
        continue
      }
      let sign = Character(Unicode.Scalar(bytes[index]))
      index += 1
      if sign.isWhitespace { continue }
      if sign == "(" { depth += 1 }
      if sign == ")" {
        if isInterpolated, depth == 0 { return }
        depth -= 1
      }
      tokens.append(String(sign))
    }
  }

  private mutating func readWord() {
    let start = index
    while index < bytes.count, Self.isInWord(bytes[index]) { index += 1 }
    tokens.append(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  private mutating func skipComment() -> Bool {
    if isAt("//") {
      skip(past: "\n")
    } else if isAt("/*") {
      skip(past: "*/")
    } else {
      return false
    }
    return true
  }

  private mutating func readString() -> Bool {
    let hashes = String(repeating: "#", count: bytes[index...].prefix { $0 == 0x23 }.count)
    guard isAt(hashes + "\"") else { return false }
    let quote = isAt(hashes + "\"\"\"") ? "\"\"\"" : "\""
    index += hashes.utf8.count + quote.utf8.count
    while index < bytes.count, !isAt(quote + hashes) {
      if isAt("\\\(hashes)(") {
        index += hashes.utf8.count + 2
        readCode(isInterpolated: true)
      } else {
        index += isAt("\\") && hashes.isEmpty ? 2 : 1
      }
    }
    index += quote.utf8.count + hashes.utf8.count
    return true
  }

  private func isAt(_ text: String) -> Bool {
    bytes[min(index, bytes.count)...].starts(with: text.utf8)
  }

  private mutating func skip(past text: String) {
    while index < bytes.count, !isAt(text) { index += 1 }
    index += text.utf8.count
  }

  private static func isInWord(_ byte: UInt8) -> Bool {
    byte == 0x5f || byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
      || Character(Unicode.Scalar(byte)).isNumber
  }
}
