internal import Foundation
internal import RelicNN

/// A file of events that TensorBoard shows while it grows.
///
/// A class because the file is made when there is something to tell.
final class EventFile {
  private let path: String
  private let head: [UInt8]
  private var file: AppendedFile?

  /// Begins a file in a run's folder for the steps after `step`.
  ///
  /// Each process that takes steps has a file of its own, for TensorBoard reads the files of a folder
  /// in the order of their names, which begin with a time, and those of a run that was resumed after
  /// it had lost steps are void from there on. Without an earlier file it begins with the lines that
  /// the run has already.
  init(in folder: String, after step: Int, lines: [some Sequence<UInt8>]) throws(FileError) {
    let names = Self.names(in: folder)
    let now = Date().timeIntervalSince1970
    let time = max(Int(now), (names.compactMap(Self.time).max() ?? 0) + 1)
    path = "\(folder)/\(Self.name(at: time))"
    if names.isEmpty {
      head = Self.bytes(of: lines, endingAt: now)
      _ = try opened()
    } else {
      head =
        EventRecord(wallTime: now, content: .version).bytes
        + EventRecord(wallTime: now, step: step + 1, content: .start).bytes
    }
  }

  private func opened() throws(FileError) -> AppendedFile {
    if let file { return file }
    try AtomicFile.write(head, to: path)
    let new = try AppendedFile(path: path)
    file = new
    return new
  }

  /// Adds the numbers of a line of `metrics.jsonl`.
  func append(_ line: some Sequence<UInt8>) throws(FileError) {
    guard let line = MetricsLine(line) else { return }
    try opened().append(Self.record(of: line, at: Date().timeIntervalSince1970).bytes)
  }

  /// Returns a whole file of the lines of a run, the last of them written at `end`.
  ///
  /// How long before that the others were written is taken from the seconds that they tell.
  static func bytes(of lines: [some Sequence<UInt8>], endingAt end: Double) -> [UInt8] {
    let lines = lines.compactMap { MetricsLine($0) }
    let total = lines.compactMap { $0[.seconds] }.max() ?? 0
    var time = end - total
    var bytes = EventRecord(wallTime: time, content: .version).bytes
    for line in lines {
      if let seconds = line[.seconds], seconds.isFinite { time = end - total + seconds }
      bytes += record(of: line, at: time).bytes
    }
    return bytes
  }

  /// The numbers of a line under the tags that TensorBoard shows them by, in the order of these.
  static func scalars(of line: MetricsLine) -> [(tag: String, value: Double)] {
    line.numbers.map { (tag: tag($0.key), value: $0.value) }.sorted { $0.tag < $1.tag }
  }

  private static func tag(_ key: String) -> String {
    if key.hasPrefix("eval_") { return "eval/" + key.dropFirst(5) }
    return (key.hasSuffix("seconds") ? "cost/" : "train/") + key
  }

  private static func record(of line: MetricsLine, at time: Double) -> EventRecord {
    EventRecord(wallTime: time, step: line.step, content: .scalars(scalars(of: line)))
  }

  /// The name of a file that begins at `time`.
  static func name(at time: Int) -> String {
    let host = ProcessInfo.processInfo.hostName.map { character in
      character.isASCII && (character.isLetter || character.isNumber || character == "-")
        ? character : "_"
    }
    let seconds = String(time)
    return prefix + String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
      + ".\(String(host)).\(ProcessInfo.processInfo.processIdentifier).0"
  }

  /// The event files in a folder, in the order in which TensorBoard reads them.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasPrefix(prefix) && !$0.hasSuffix(".partial") }.sorted()
  }

  private static let prefix = "events.out.tfevents."

  /// The seconds that such a name may tell; others are no times.
  private static let times = 0..<(1 << 40)

  private static func time(_ name: String) -> Int? {
    let seconds = Int(name.dropFirst(prefix.count).prefix { $0.isNumber })
    return seconds.flatMap { times.contains($0) ? $0 : nil }
  }
}
