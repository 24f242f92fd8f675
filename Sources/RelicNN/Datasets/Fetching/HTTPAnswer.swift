/// What a server's answer says before its body.
struct HTTPAnswer: Equatable {
  let status: Int
  /// The bytes of the body as they are sent, `nil` where the server does not say.
  let length: Int?
  /// The media type, such as `text/html`.
  let type: String?
  let range: ContentRange?
  /// Whether the body is said to be compressed for the way.
  let isEncoded: Bool
  /// The seconds that the server asks to wait, 0 if it does not ask.
  let wait: Int
}

/// Where the bytes of a partial answer lie in the file, RFC 9110, section 14.4.
struct ContentRange: Equatable {
  /// The place of the first byte, `nil` where no range could be sent.
  let start: Int?
  /// The bytes of the whole file, `nil` where the server does not say.
  let total: Int?

  /// Reads `bytes 0-99/1000`, `bytes 0-99/*` or `bytes */1000`; `nil` for anything else.
  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let total = Self.count(parts[1])
    guard total != nil || parts[1] == "*" else { return nil }
    if parts[0] == "*" {
      self.init(start: nil, total: total)
      return
    }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.count(ends[0]), let last = Self.count(ends[1]),
      first <= last, last < total ?? .max
    else { return nil }
    self.init(start: first, total: total)
  }

  private init(start: Int?, total: Int?) {
    self.start = start
    self.total = total
  }

  /// Digits alone: `Int` would take a sign, too.
  private static func count(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
  }
}
