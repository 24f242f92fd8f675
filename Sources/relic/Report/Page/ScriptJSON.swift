internal import Foundation

/// JSON inside a `script` element, which ends at the first `</script` whatever stands around it.
enum ScriptJSON {
  /// Returns a value as JSON without a character that means something to HTML; numbers that are not
  /// finite become null.
  static func text(of value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // What a page draws always encodes; a failure would show as missing figures.
    guard let data = try? encoder.encode(value) else { return "null" }
    return escaped(String(decoding: data, as: UTF8.self))
  }

  /// Returns JSON whose strings hold no `<`, `>` or `&` and no line end that JavaScript knows.
  static func escaped(_ json: String) -> String {
    // Outside strings JSON has none of these. A Character may hold one beside other scalars.
    json.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "<", ">", "&", "\u{2028}", "\u{2029}":
        text += "\\u" + String(0x1_0000 + scalar.value, radix: 16).dropFirst()
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
