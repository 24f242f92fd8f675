internal import Foundation

/// JSON objects on disk.
enum JSONFile {
  /// Reads an object.
  static func read<Content: Decodable>(
    _ path: String, as type: Content.Type
  ) throws(FeatureError) -> Content {
    let bytes: [UInt8]
    do {
      var file = try InputFile(path: path)
      bytes = try file.read(file.remaining, of: UInt8.self) ?? []
    } catch {
      throw .npy(error)
    }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw .badContent(path: path, reason: (error as? DecodingError)?.summary ?? "it is not JSON")
    }
  }

  /// Adds the file of an object to others that are written with it.
  static func stage(
    _ content: some Encodable, as path: String, in files: inout StagedFiles
  ) throws(FeatureError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try files.add([Array(try encoder.encode(content)), [0x0a]], as: path)
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
