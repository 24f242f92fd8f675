internal import Foundation
internal import RelicNN

/// A JSON object of options, `{"batch_size": 256, ...}`.
struct ConfigurationFile {
  let path: String

  /// Sets every option that the file names.
  ///
  /// - Returns: The values by the options' keys.
  @discardableResult func apply<Settings>(
    _ options: [Option<Settings>], to settings: inout Settings
  ) throws(UsageError) -> [String: String] {
    let values: [String: Scalar]?
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      values = data.isEmpty ? nil : try JSONDecoder().decode([String: Scalar].self, from: data)
    } catch let error as DecodingError {
      throw .unreadableConfiguration(file: path, reason: Self.reason(error))
    } catch {
      throw .unreadableConfiguration(file: path, reason: "cannot be read")
    }
    guard let values else {
      throw .unreadableConfiguration(
        file: path, reason: "is an empty file, so it is not a JSON object")
    }
    var found: [(option: Option<Settings>, value: String)] = []
    for (key, value) in values.sorted(by: { $0.key < $1.key }) where key != "version" {
      let name = "--" + key.replacing("_", with: "-")
      guard let option = options.first(where: { $0.spellings.contains(name) }) else {
        throw .unknownKey(key, nearest: options.map(\.key).nearest(to: key), file: path)
      }
      found.append((option, value.text))
    }
    for (option, value) in found.presetsFirst() {
      try option.apply(value, to: &settings, from: path)
    }
    return Dictionary(found.map { ($0.option.key, $0.value) }) { _, last in last }
  }

  /// The text of a file that sets `options` to what they are in `settings`.
  static func text<Settings>(_ options: [Option<Settings>], of settings: Settings) -> String {
    var lines = ["\"version\": \(quoted(Program.version))"]
    for option in options {
      guard let value = option.get(settings) else { continue }
      lines.append("\"\(option.key)\": " + (option.isText ? quoted(value) : value))
    }
    return "{\n  " + lines.joined(separator: ",\n  ") + "\n}\n"
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // Encoding a string cannot fail; an empty string would show in the file.
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.first.map {
        "setting '\($0.stringValue)' has no number, text or truth value"
      } ?? "is not a JSON object"
    default: "is not a JSON object"
    }
  }
}

/// A number, text or truth value of a JSON file, as a user would type it.
private struct Scalar: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    text =
      if let value = try? container.decode(Bool.self) {
        String(value)
      } else if let value = try? container.decode(Int.self) {
        String(value)
      } else if let value = try? container.decode(UInt64.self) {
        String(value)
      } else if let value = try? container.decode(Double.self) {
        String(value)
      } else {
        try container.decode(String.self)
      }
  }
}
