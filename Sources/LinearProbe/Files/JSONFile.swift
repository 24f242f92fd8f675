internal import Foundation

/// JSON objects on disk.
enum JSONFile {
  /// Reads an object.
  static func read<Content: Decodable>(
    _ path: String, as type: Content.Type
  ) throws(FeatureError) -> Content {
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as DecodingError {
      throw .badContent(path: path, reason: error.summary)
    } catch {
      throw .unreadable(path: path, reason: "no such file")
    }
  }

  /// Writes an object, as a whole or not at all.
  static func write(_ content: some Encodable, to path: String) throws(FeatureError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try writeAtomically([Array(try encoder.encode(content)), [0x0a]], to: path)
    } catch let error as NPYError {
      throw .npy(error)
    } catch {
      throw .unwritable(path: path, reason: "it does not encode as JSON")
    }
  }
}

extension DecodingError {
  /// What is wrong, on one line.
  fileprivate var summary: String {
    switch self {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "it is not JSON"
    }
  }
}
