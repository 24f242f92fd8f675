internal import Foundation

/// The numbers of a line of `metrics.jsonl`, whatever they are called.
struct MetricsLine {
  let step: Int
  /// By key, without the step.
  let numbers: [String: Double]

  /// Reads a line, or returns `nil` if it holds no entry.
  init?(_ line: some Sequence<UInt8>) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let object = try? decoder.decode([String: Number].self, from: Data(line)),
      let step = object["step"]?.value.flatMap({ Int(exactly: $0) }), step >= 0
    else { return nil }
    self.step = step
    numbers = object.compactMapValues(\.value).filter { $0.key != "step" }
  }

  /// The numbers under the tags that TensorBoard shows them by, in the order of these.
  var scalars: [(tag: String, value: Double)] {
    numbers.map { (tag: Self.tag($0.key), value: $0.value) }.sorted { $0.tag < $1.tag }
  }

  private static func tag(_ key: String) -> String {
    if key.hasPrefix("eval_") { return "eval/" + key.dropFirst(5) }
    return (key.hasSuffix("seconds") ? "cost/" : "train/") + key
  }

  /// A number, or `nil` for anything else.
  private struct Number: Decodable {
    let value: Double?

    init(from decoder: any Decoder) throws {
      value = try? decoder.singleValueContainer().decode(Double.self)
    }
  }
}
