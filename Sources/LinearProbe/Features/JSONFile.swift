internal import Foundation

/// JSON objects on disk; numbers that are not finite are texts in them, as in those of scores.
enum JSONFile {
  /// Reads an object.
  static func read<Content: Decodable>(
    _ path: String, as type: Content.Type
  ) throws(FeatureError) -> Content {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ByteFile.contents(of: path)
    } catch {
      throw .file(error)
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .named
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw .badContent(path: path, reason: (error as? DecodingError)?.summary ?? "it is not JSON")
    }
  }

  /// Adds the file of an object to others that are written with it.
  static func stage(
    _ content: some Encodable, as path: String, in files: inout StagedFiles
  ) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .named
    let data: Data
    do {
      data = try encoder.encode(content)
    } catch {
      throw .cannotWrite(path: path, reason: "it does not encode as JSON")
    }
    try files.add([Array(data), [0x0a]], as: path)
  }
}

extension DecodingError {
  /// What is wrong, on one line.
  fileprivate var summary: String {
    func name(_ context: Context) -> String {
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    }
    return switch self {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(name(context)) has the wrong type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(name(context)): \(context.debugDescription)"
    default: "it is not JSON"
    }
  }
}
