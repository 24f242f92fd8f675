internal import Foundation

/// Returns the seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}

/// Returns the seconds of each of `count` calls after two that are not counted: memory may be touched
/// for the first time in the second, too.
func repeated(_ count: Int, _ body: () throws -> Void) rethrows -> [Double] {
  for _ in 0..<2 { try body() }
  return try (0..<count).map { _ in try seconds(body) }
}

extension [Double] {
  /// The middle value; the lower one of two.
  var median: Double { sorted()[(count - 1) / 2] }
}

/// What one process measured, as it tells others.
struct Measurement: Codable {
  let seconds: [Double]
  /// The peak resident size of the process, in bytes.
  let peakMemory: Int

  /// Adds this process's peak to its timings.
  init(seconds: [Double]) throws {
    self.seconds = seconds
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    peakMemory = line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 } ?? 0
  }

  /// Returns what this program measures when started anew with `arguments`.
  static func ofProcess(_ arguments: [String]) throws -> Measurement {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Measurement.self, from: data)
  }

  /// Prints one line of JSON.
  func print() throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
  }
}
