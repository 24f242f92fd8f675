extension String {
  /// The text with `\xNN` for control characters: what a file or a user brings into a message must
  /// neither break its line nor command the terminal.
  var printable: String {
    let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
    guard unicodeScalars.contains(where: isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      guard isControl(scalar) else { return text.unicodeScalars.append(scalar) }
      text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    }
  }
}
