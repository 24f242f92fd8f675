internal import Foundation
internal import RelicNN

/// The numbers of a line of `metrics.jsonl`, whatever they are called.
struct MetricsLine {
  let step: Int
  /// By key, without the step.
  let numbers: [String: Double]

  /// More steps than a run can take; products of fewer with sizes of batches and charts are `Int`s.
  private static let steps = 0..<(1 << 40)

  /// Reads a line, or returns `nil` if it holds no entry of a run that can be.
  init?(_ line: some Sequence<UInt8>) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .named
    guard let object = try? decoder.decode([String: Number].self, from: Data(line)),
      let step = object["step"]?.value.flatMap({ Int(exactly: $0) }), Self.steps.contains(step)
    else { return nil }
    self.step = step
    numbers = object.compactMapValues(\.value).filter { $0.key != "step" }
  }

  /// The number under a key that this program writes, or wrote.
  subscript(key: MetricsKey) -> Double? {
    numbers[key.rawValue] ?? key.former.flatMap { numbers[$0] }
  }

  /// The whole number under a key.
  func count(_ key: MetricsKey) -> Int? { self[key].flatMap { Int(exactly: $0) } }

  /// Returns the bytes of the lines of a file.
  static func bytes(ofLinesAt path: String) throws(FileError) -> [ArraySlice<UInt8>] {
    try ByteFile.contents(of: path).split(separator: UInt8(ascii: "\n"))
  }

  /// A number, or `nil` for anything else.
  private struct Number: Decodable {
    let value: Double?

    init(from decoder: any Decoder) throws {
      value = try? decoder.singleValueContainer().decode(Double.self)
    }
  }
}

/// What a line of `metrics.jsonl` tells that is drawn, summed up or told of.
enum MetricsKey: String, CaseIterable {
  case epoch, loss, kl, gamma, top1, top5, spread, seconds, ranks, workers
  case epochLoss = "epoch_loss"
  case logitScale = "logit_scale"
  case learningRate = "learning_rate"
  case processorSeconds = "processor_seconds"
  case epochs = "num_epochs"
  case formerEpochs = "former_num_epochs"
  case evaluationTop1 = "eval_top1"
  case evaluationNeighborsTop1 = "eval_knn_top1"
  case evaluationSeconds = "eval_seconds"

  /// What it was called before.
  var former: String? { self == .logitScale ? "temperature" : nil }
}
