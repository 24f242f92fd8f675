internal import Foundation
internal import RelicNN

/// The file of one JSON object per line that a run adds to.
struct MetricsLog {
  private let file: AppendedFile
  /// Where the same numbers are told for TensorBoard, if they are.
  private let events: EventFile?
  /// What the run had taken when the last process ended, with the steps that are taken again.
  let earlierCost: RunCost
  /// The last step whose scores are among the lines, if any has some.
  let scoredStep: Int?

  /// Opens the log, without the lines of steps after `step`: a resumed run takes them again.
  ///
  /// A line is bytes, and one that cannot be read as an entry stays.
  ///
  /// - Parameters:
  ///   - path: The file, which need not be there.
  ///   - step: The last step whose lines stay.
  ///   - eventFolder: Where TensorBoard is told the same, if it is.
  /// - Throws: What cannot be read or written.
  init(path: String, keepingThrough step: Int, eventFolder: String? = nil) throws {
    let lines =
      FileManager.default.fileExists(atPath: path) ? try MetricsLine.bytes(ofLinesAt: path) : []
    var kept: [UInt8] = []
    var cost = RunCost()
    var scoredStep: Int?
    for line in lines {
      let entry = MetricsLine(line)
      if entry.map({ $0.step <= step }) ?? true {
        kept += line + [0x0a]
        if let entry, entry[.evaluationTop1] != nil { scoredStep = entry.step }
      }
      cost.seconds = max(cost.seconds, entry?[.seconds] ?? 0)
      cost.processorSeconds = max(cost.processorSeconds, entry?[.processorSeconds] ?? 0)
    }
    earlierCost = cost
    self.scoredStep = scoredStep
    try AtomicFile.write(kept, to: path)
    file = try AppendedFile(path: path)
    events = try eventFolder.map { folder throws(FileError) in
      try EventFile(in: folder, after: step, lines: kept.split(separator: 0x0a))
    }
  }

  /// Adds one line.
  func append(_ entry: some Encodable) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // A run that diverges may show it in a rate or scale a step before its loss.
    encoder.nonConformingFloatEncodingStrategy = .named
    let line: [UInt8]
    do {
      line = [UInt8](try encoder.encode(entry)) + [0x0a]
    } catch {
      throw .cannotWrite(path: file.path, reason: "\(error.localizedDescription)")
    }
    try file.append(line)
    try events?.append(line)
  }
}
