internal import Foundation
internal import RelicNN

/// The file of one JSON object per line that a run adds to.
struct MetricsLog {
  private let path: String
  private let handle: FileHandle
  /// What the run had taken when the last process ended, with the steps that are taken again.
  let earlierCost: RunCost

  /// Opens the log, without the lines of steps after `step`: a resumed run takes them again.
  ///
  /// A line is bytes, and one that cannot be read as an entry stays.
  init(path: String, keepingThrough step: Int) throws {
    self.path = path
    var lines: [Data.SubSequence] = []
    if FileManager.default.fileExists(atPath: path) {
      let file = try ByteFile(path: path)
      lines = Data(try file.bytes(at: 0, count: file.count)).split(separator: 0x0a)
    }
    var kept: [UInt8] = []
    var cost = RunCost()
    for line in lines {
      let entry = try? JSONDecoder().decode(Entry.self, from: line)
      if entry.map({ $0.step <= step }) ?? true { kept += line + [0x0a] }
      cost.seconds = max(cost.seconds, entry?.seconds ?? 0)
      cost.processorSeconds = max(cost.processorSeconds, entry?.processorSeconds ?? 0)
    }
    earlierCost = cost
    try AtomicFile.write(kept, to: path)
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
    // A run that diverges may show it in a rate or scale a step before its loss.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let line: [UInt8]
    do {
      line = [UInt8](try encoder.encode(entry)) + [0x0a]
    } catch {
      throw .cannotWrite(path: path, reason: "\(error.localizedDescription)")
    }
    try append(line)
  }

  /// Adds a line whole or not at all.
  private func append(_ line: [UInt8]) throws(FileError) {
    let descriptor = handle.fileDescriptor
    let start = lseek(descriptor, 0, SEEK_CUR)
    var rest = line[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = systemReason()
        ftruncate(descriptor, start)
        throw .cannotWrite(path: path, reason: reason)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// What is read of a line.
  private struct Entry: Decodable {
    enum CodingKeys: String, CodingKey {
      case step, seconds
      case processorSeconds = "processor_seconds"
    }

    let step: Int
    let seconds: Double?
    let processorSeconds: Double?
  }
}
