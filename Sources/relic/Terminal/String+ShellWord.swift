internal import LinearProbe

extension String {
  /// The text as one word of a command line: between quotes if it holds what a shell would not take as it
  /// is.
  var shellWord: String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+%@")
    if !isEmpty, allSatisfy(plain.contains) { return self }
    return "'" + replacing(scalar: "'", with: "'\\''") + "'"
  }
}
