internal import Foundation
internal import RelicNN

/// The file of one JSON object per line that a run adds to.
struct MetricsLog {
  private let path: String
  private let handle: FileHandle

  /// Opens the log, without the lines of steps after `step`: a resumed run takes them again.
  init(path: String, keepingThrough step: Int) throws {
    self.path = path
    let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
    let kept = lines.filter { Self.step(of: $0).map { $0 <= step } ?? false }
    try AtomicFile.write(kept.map { $0 + "\n" }.joined().utf8, to: path)
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw FileError.cannotWrite(path: path, reason: "it cannot be opened again")
    }
    self.handle = handle
    try handle.seekToEnd()
  }

  /// Adds one line.
  func append(_ entry: some Encodable) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // A run that diverges may show it in a rate or temperature a step before its loss.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      try handle.write(contentsOf: try encoder.encode(entry) + [0x0a])
    } catch {
      throw .cannotWrite(path: path, reason: "\(error.localizedDescription)")
    }
  }

  private static func step(of line: Substring) -> Int? {
    struct Entry: Decodable { let step: Int }
    return try? JSONDecoder().decode(Entry.self, from: Data(line.utf8)).step
  }
}
