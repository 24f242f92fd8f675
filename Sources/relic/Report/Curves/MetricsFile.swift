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

  /// The most lines that are read of steps without a score; of more, every so many-th is.
  private static let lineLimit = 20_000

  /// More steps than a run can take; products of fewer with sizes of batches and charts are `Int`s.
  private static let steps = 0..<(1 << 40)

  /// Reads the file, or nothing if there is none yet.
  init(path: String) throws(FileError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let file = try ByteFile(path: path)
    let content = Data(try file.bytes(at: 0, count: file.count))
    let lines = content.split(separator: 0x0a)
    // A run that is under way may be writing the last one.
    let finished = content.last == 0x0a ? lines.count : lines.count - 1
    let stride = max(1, lines.count / Self.lineLimit)
    let scored = Data("top1\"".utf8)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    for (index, line) in lines.enumerated() {
      let isLast = index >= lines.count - 2
      guard isLast || index % stride == 0 || line.range(of: scored) != nil else { continue }
      guard let entry = try? decoder.decode(Entry.self, from: line) else {
        if index < finished { unreadableLines += 1 }
        continue
      }
      add(entry)
    }
  }

  private mutating func add(_ entry: Entry) {
    lastStep = max(lastStep, entry.step)
    cost.seconds = max(cost.seconds, entry.numbers[.seconds] ?? 0)
    cost.processorSeconds = max(cost.processorSeconds, entry.numbers[.processorSeconds] ?? 0)
    evaluationSeconds += entry.numbers[.evaluationSeconds] ?? 0
    for (key, value) in entry.numbers {
      series[key, default: []].append(Point(step: entry.step, value: value))
    }
  }

  /// A line of the file.
  private struct Entry: Decodable {
    let step: Int
    var numbers: [MetricsKey: Double] = [:]

    init(from decoder: any Decoder) throws {
      let object = try decoder.container(keyedBy: MetricsKey.self)
      step = try object.decode(Int.self, forKey: .step)
      guard MetricsFile.steps.contains(step) else {
        throw DecodingError.dataCorruptedError(
          forKey: .step, in: object, debugDescription: "no run has a step \(step)")
      }
      for key in object.allKeys where key != .step {
        numbers[key.current] = try object.decodeIfPresent(Double.self, forKey: key)
      }
    }
  }
}

/// What a line of `metrics.jsonl` tells that is drawn or summed up.
enum MetricsKey: String, CodingKey {
  case step, loss, kl, gamma, top1, top5, spread, seconds
  case logitScale = "logit_scale"
  /// What the logit scale was called before.
  case temperature
  case learningRate = "learning_rate"
  case processorSeconds = "processor_seconds"
  case evaluationTop1 = "eval_top1"
  case evaluationNeighborsTop1 = "eval_knn_top1"
  case evaluationSeconds = "eval_seconds"

  /// The key that is written today.
  var current: MetricsKey { self == .temperature ? .logitScale : self }
}
