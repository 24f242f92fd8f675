import Foundation

/// What the environment asks for; `make fuzz` sets it.
struct FuzzSettings {
  private static let variables = ProcessInfo.processInfo.environment
  private static func number(_ name: String) -> Int? { variables[name].flatMap { Int($0) } }

  /// Inputs of each format.
  let inputs = number("RELIC_FUZZ_INPUTS") ?? 2000
  /// The index of the first input.
  let first = number("RELIC_FUZZ_FIRST") ?? 0
  let seed = UInt64(number("RELIC_FUZZ_SEED") ?? 1)
  /// Where the input that is being read lies: after a crash, the one that did it.
  let folder =
    variables["RELIC_FUZZ_FOLDER"]
    ?? NSTemporaryDirectory() + "relic-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
  private let formats = variables["RELIC_FUZZ_FORMATS"] ?? ""

  /// Whether the format is among those asked for: all, unless some are named.
  func includes(_ format: FuzzedFormat) -> Bool {
    formats.isEmpty || formats.split(separator: ",").contains { $0 == format.name }
  }
}
