internal import Foundation

/// Prints what a training step consists of, the longest first.
enum LayerTable {
  /// Prints one table per case; `peak` is GFLOP/s of sgemm on all workers.
  static func run(_ cases: [StepCase], peak: Double) throws {
    print(
      """

      Milliseconds are of one layer on both views; step ms = count * (2 forward + backward), for
      the target network goes forward too. GFLOP: two for each multiplication by a direct
      convolution whose tap meets data, twice as many backwards. The peak is that of sgemm in one
      call: Winograd passes it, and so may products in small blocks.
      norm: what a convolution unit takes beyond its convolution.
      """)
    for step in cases { try run(step, peak: peak) }
  }

  private static func run(_ step: StepCase, peak: Double) throws {
    var benchmark = LayerBenchmark(step)
    benchmark.run()
    let rows = benchmark.rows.sorted { $0.value.seconds > $1.value.seconds }
    let sum = rows.reduce(0) { $0 + $1.value.seconds }
    print("\n\(step.description); layers of one step, \(2 * step.batch) views")
    var table = Table(
      "layer", "count", "forward ms", "backward ms", "GFLOP", "GFLOP/s forward", "backward",
      "% of peak", "step ms", "share %")
    for (name, row) in rows {
      let count = Double(row.count)
      func rate(_ gflop: Double, _ seconds: Double, _ format: String) -> String {
        gflop > 0 ? String(format: format, gflop / seconds) : "-"
      }
      table.add(
        name, "\(row.count)", String(format: "%.2f", 1000 * row.forward / count),
        String(format: "%.2f", 1000 * row.backward / count),
        row.gflop > 0 ? String(format: "%.1f", row.gflop) : "-",
        rate(row.forwardGFLOP, row.forward, "%.0f"), rate(row.backwardGFLOP, row.backward, "%.0f"),
        rate(100 * row.gflop / peak, row.seconds, "%.0f"),
        String(format: "%.1f", 1000 * row.seconds),
        String(format: "%.1f", 100 * row.seconds / sum))
    }
    table.print()
    let gflop = rows.reduce(0) { $0 + $1.value.gflop }
    let whole = try StepBenchmark(step).seconds(of: .step, count: 3).median
    print(
      String(
        format: "sum %.1f ms, whole step %.1f ms (%.1f images/s): %.0f GFLOP, %.0f %% of peak",
        1000 * sum, 1000 * whole, Double(step.batch) / whole, gflop, 100 * gflop / whole / peak))
  }
}
