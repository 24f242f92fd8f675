internal import Foundation

/// Measures the peak resident size of steps and extraction, each in a process of its own.
enum MemoryBenchmark {
  /// Prints one line per case and work.
  static func run(_ cases: [StepCase]) throws {
    print("\nPeak resident size, MB")
    var table = Table("case", "step", "extraction")
    for step in cases {
      let peaks = try ["step", "extraction"].map { work in
        let measurement = try Measurement.ofProcess(["time", work, step.name, "2"])
        return String(format: "%.0f", Double(measurement.peakMemory) / 1e6)
      }
      table.add(step.description, peaks[0], peaks[1])
    }
    table.print()
  }
}
