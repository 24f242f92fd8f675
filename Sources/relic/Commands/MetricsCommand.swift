internal import Foundation
internal import LinearProbe
internal import RelicNN

/// `relic metrics`: the numbers of runs for other programs.
struct MetricsCommand: Command {
  static let name = "metrics"
  static let summary = "write the curves of runs as CSV, or as TensorBoard's event files"
  static let discussion = """
    Prints a line of comma-separated values for each line of metrics.jsonl, with a column for each
    number that there is, and one that names the run where there are several. Works while a run goes
    on. 'relic pretrain --tensorboard' writes event files of a run as it goes.

      relic metrics runs/cifar10 --output curves.csv
      relic metrics runs/a runs/b --tensorboard logs
    """
  static let operandPlaceholder: String? = "RUN..."
  static let options: [OptionGroup<MetricsCommand>] = [
    OptionGroup(
      "Output",
      [
        .value("--output", sets: \.output, as: "FILE", "where to write (default: print)"),
        .value(
          "--tensorboard", sets: \.eventFolder, as: "DIR",
          "write event files to this folder instead, each run's to a folder in it"),
      ])
  ]

  var output: String?
  var eventFolder: String?
  var common = CommonSettings()

  func run(_ console: Console) throws {
    guard !common.operands.isEmpty else {
      throw UsageError.missingOperand("a run folder", help: "relic \(Self.name) --help")
    }
    if output != nil, eventFolder != nil {
      throw UsageError.conflict(
        "both '--output' and '--tensorboard' are given", remedy: "give one of them")
    }
    if let output { try UsageError.check(output, endsIn: "csv") }
    let names = ReportedRun.shortNames(of: common.operands)
    let runs = try zip(common.operands, names).map { try RunLines(path: $0, name: $1) }
    if let eventFolder { return try writeEvents(of: runs, to: eventFolder, console) }
    let text = Self.table(runs)
    if let output {
      try AtomicFile.write(text.utf8, to: output)
    } else {
      console.write(data: text)
    }
  }

  /// What a run has told so far.
  private struct RunLines {
    let path: String
    let name: String
    let lines: [ArraySlice<UInt8>]
    /// When the last of them was written, in seconds since 1970.
    let end: Double

    init(path: String, name: String) throws {
      try MistakenPath.check(path, for: .run)
      let run = RunFolder(path: path)
      guard run.holdsRun else { throw RunError.noRun(path: path) }
      self.path = path
      self.name = name
      lines = try MetricsLine.bytes(ofLinesAt: run.metricsPath)
      let date = try FileManager.default.attributesOfItem(atPath: run.metricsPath)[
        .modificationDate]
      end = (date as? Date ?? Date()).timeIntervalSince1970
    }
  }

  private static func table(_ runs: [RunLines]) -> String {
    let entries = runs.map { $0.lines.compactMap { MetricsLine($0) } }
    let keys = Set(entries.joined().flatMap(\.numbers.keys)).sorted()
    let namesRuns = runs.count > 1
    var text = csvLine((namesRuns ? ["run"] : []) + ["step"] + keys)
    for (run, entries) in zip(runs, entries) {
      for entry in entries {
        let cells = keys.map { entry.numbers[$0].map(number) ?? "" }
        text += csvLine((namesRuns ? [run.name] : []) + ["\(entry.step)"] + cells)
      }
    }
    return text
  }

  /// A number as short as it can be read again.
  private static func number(_ value: Double) -> String {
    if let whole = Int(exactly: value), value.magnitude < 0x1p53 { return String(whole) }
    return value.isNaN ? "NaN" : "\(value)"
  }

  private func writeEvents(
    of runs: [RunLines], to folder: String, _ console: Console
  ) throws {
    let folders = runs.map { run in
      let name = run.name.split(separator: "/").filter { $0 != ".." && $0 != "." }
      return "\(folder)/\(name.isEmpty ? "run" : name.joined(separator: "-"))"
    }
    if let (first, second) = folders.indices.lazy.compactMap({ index in
      folders[..<index].firstIndex(of: folders[index]).map { ($0, index) }
    }).first {
      throw UsageError.conflict(
        "the events of \(runs[first].path) and of \(runs[second].path) would both go to "
          + "'\(folders[second])'",
        remedy: "write those of one of them to another folder")
    }
    // Events beside those of an earlier call would be taken for more steps of one run.
    for (run, place) in zip(runs, folders) where !EventFile.names(in: place).isEmpty {
      throw UsageError.conflict(
        "'\(place)' holds event files already, and those of \(run.path) would go there",
        remedy: "remove them, or name another folder")
    }
    for (run, place) in zip(runs, folders) {
      do {
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      } catch {
        throw FileError.cannotWrite(path: place, reason: "it cannot be made")
      }
      let path = "\(place)/\(EventFile.name(at: Int(run.end)))"
      try AtomicFile.write(EventFile.bytes(of: run.lines, endingAt: run.end), to: path)
      console.tell("\(path): \(run.lines.count.counted("line")) of \(run.path)")
    }
  }
}
