/// The safetensors format: a header length, a JSON header and the arrays end to end.
///
/// The arrays must cover the data without gap or overlap, as the format demands, and every size is
/// checked against the length of the file before anything is allocated.
public enum Safetensors {
  private static let longestHeader = 100_000_000

  /// Returns the content of a file.
  ///
  /// - Throws: `FileError` or ``WeightFileError``.
  public static func read(_ path: String) throws -> StateDict {
    let file = try ByteFile(path: path)
    let header = try header(of: file)
    var dict = StateDict()
    dict.metadata = header.content.metadata
    let entries = header.content.entries
    for entry in entries {
      guard let count = entry.shape.elementCount, entry.offsets.count == 2,
        entry.offsets[0] <= entry.offsets[1], count <= 8 * file.count,
        ElementType(rawValue: entry.type).map({
          count * $0.width == entry.offsets[1] - entry.offsets[0]
        }) ?? true
      else {
        throw WeightFileError.damaged(
          path: path,
          reason: "'\(entry.name)' of shape \(entry.shape) does not fill bytes \(entry.offsets)")
      }
    }
    try checkCover(entries, bytes: file.count - header.dataStart, path: path)
    for entry in entries {
      guard let type = ElementType(rawValue: entry.type) else {
        dict.unread[entry.name] = "has numbers of type '\(entry.type)'"
        continue
      }
      if let reason = type.reasonAgainst(count: entry.shape.reduce(1, *)) {
        dict.unread[entry.name] = reason
        continue
      }
      dict[entry.name] = try type.value(
        of: file, at: header.dataStart + entry.offsets[0], shape: entry.shape)
    }
    if dict.names.isEmpty, let first = dict.unread.min(by: { $0.key < $1.key }) {
      throw WeightFileError.unsupported(path: path, reason: "'\(first.key)' \(first.value)")
    }
    return dict
  }

  /// Returns the notes of a file without reading its arrays.
  ///
  /// - Throws: `FileError` or ``WeightFileError``.
  package static func metadata(of path: String) throws -> [String: String] {
    try header(of: ByteFile(path: path)).content.metadata
  }

  /// Writes a file, all at once or not at all.
  public static func write(_ dict: StateDict, to path: String) throws {
    // Integers first: then every number lies at a multiple of its width.
    let entries = dict.names.compactMap { name in dict[name].map { (name: name, value: $0) } }
    let ordered = entries.filter(\.value.isIntegers) + entries.filter { !$0.value.isIntegers }
    var header = header(of: ordered, dict.metadata)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let file = try AtomicFile(path: path)
    try file.write(UInt64(header.count).littleEndianBytes)
    try file.write(header)
    for (_, value) in ordered {
      switch value {
      case .floats(let tensor): try file.write(tensor)
      case .integers(let numbers, _):
        for number in numbers {
          try file.write(UInt64(bitPattern: number).littleEndianBytes)
        }
      }
    }
    try file.commit()
  }

  /// Whether a file starts as a safetensors file does.
  static func isFormat(of file: ByteFile) throws(FileError) -> Bool {
    guard file.count >= 10 else { return false }
    let start = try file.bytes(at: 0, count: 9)
    return start[8] == UInt8(ascii: "{") && start[4..<8].allSatisfy { $0 == 0 }
  }

  private static func header(
    of file: ByteFile
  ) throws -> (content: SafetensorsHeader, dataStart: Int) {
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard length <= longestHeader, length <= file.count - 8 else {
      throw WeightFileError.damaged(
        path: file.path, reason: "its header should be \(length) bytes long")
    }
    let text = try file.bytes(at: 8, count: Int(length))
    do throws(SafetensorsHeader.Malformed) {
      return (try SafetensorsHeader(text), 8 + Int(length))
    } catch {
      throw WeightFileError.damaged(path: file.path, reason: error.reason)
    }
  }

  private static func checkCover(
    _ entries: [SafetensorsHeader.Entry], bytes: Int, path: String
  ) throws {
    var end = 0
    for entry in entries.sorted(by: { $0.offsets.lexicographicallyPrecedes($1.offsets) }) {
      guard entry.offsets[0] == end else {
        throw WeightFileError.damaged(
          path: path, reason: "'\(entry.name)' starts at byte \(entry.offsets[0]), not \(end)")
      }
      end = entry.offsets[1]
    }
    guard end == bytes else {
      throw WeightFileError.damaged(
        path: path, reason: "it has \(bytes) bytes of data, not \(end)")
    }
  }

  private static func header(
    of entries: [(name: String, value: StateDict.Value)], _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let notes = metadata.sorted { $0.key < $1.key }.map {
        quoted($0.key) + ":" + quoted($0.value)
      }
      members.append("\"__metadata__\":{\(notes.joined(separator: ","))}")
    }
    var end = 0
    for (name, value) in entries {
      let start = end
      let type = value.isIntegers ? ElementType.int64 : .float32
      end += value.shape.reduce(1, *) * type.width
      let shape = value.shape.map(String.init).joined(separator: ",")
      members.append(
        quoted(name)
          + ":{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}"
      )
    }
    return Array("{\(members.joined(separator: ","))}".utf8)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension StateDict.Value {
  fileprivate var isIntegers: Bool {
    if case .integers = self { true } else { false }
  }
}
