internal import Foundation
internal import RelicNN

/// What `metrics.jsonl` says of a run.
struct MetricsFile {
  /// A number at a step.
  struct Point: Equatable {
    let step: Int
    let value: Double
  }

  /// The numbers under each key, by step.
  private(set) var series: [MetricsKey: [Point]] = [:]
  /// The last step that is told of, 0 for none.
  private(set) var lastStep = 0
  /// What the run had taken by then.
  private(set) var cost = RunCost()
  /// Seconds of the clock for evaluations made meanwhile.
  private(set) var evaluationSeconds = 0.0
  /// Lines that hold no entry.
  private(set) var unreadableLines = 0

  /// The lengths that the run had before it was made longer, each with the last step that it was taken as.
  var formerLengths: [(step: Int, epochs: Int)] {
    (series[.formerEpochs] ?? []).compactMap { point in
      let epochs = Int(exactly: point.value) ?? 0
      return RunOptions.epochs.contains(epochs) ? (point.step, epochs) : nil
    }
  }

  /// The most lines that are read of steps without a score; of more, every so many-th is.
  private static let lineLimit = 20_000

  /// Reads the file, or nothing if there is none yet.
  init(path: String) throws(FileError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let content = try ByteFile.contents(of: path)
    let lines = content.split(separator: 0x0a)
    // A run that is under way may be writing the last one.
    let finished = content.last == 0x0a ? lines.count : lines.count - 1
    let stride = max(1, lines.count / Self.lineLimit)
    let rare = ["top1\"", "num_epochs\""].map { Array($0.utf8) }
    for (index, line) in lines.enumerated() {
      let isLast = index >= lines.count - 2
      guard isLast || index % stride == 0 || rare.contains(where: line.contains) else { continue }
      guard let entry = MetricsLine(line) else {
        if index < finished { unreadableLines += 1 }
        continue
      }
      add(entry)
    }
  }

  private mutating func add(_ entry: MetricsLine) {
    lastStep = max(lastStep, entry.step)
    cost.seconds = max(cost.seconds, entry[.seconds] ?? 0)
    cost.processorSeconds = max(cost.processorSeconds, entry[.processorSeconds] ?? 0)
    evaluationSeconds += entry[.evaluationSeconds] ?? 0
    for key in MetricsKey.allCases {
      guard let value = entry[key] else { continue }
      series[key, default: []].append(Point(step: entry.step, value: value))
    }
  }
}
