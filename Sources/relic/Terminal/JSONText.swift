internal import Foundation
internal import RelicNN

/// JSON for other programs.
enum JSONText {
  /// Returns a value in one line, its keys sorted, with underscores between their words.
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .named
    // Numbers and texts always encode; a failure would show as an empty object.
    return ((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
  }
}
