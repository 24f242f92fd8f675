internal import Foundation
internal import RelicNN

/// Prints how fast this project is on this machine.
///
/// Without arguments: every table. `step ENCODER STEM SIZE BATCH COUNT [fp16]` and
/// `extract ENCODER STEM SIZE BATCH COUNT` print the seconds of each repetition, for the scripts
/// that time others beside it.
@main struct RelicBenchmarks {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.isEmpty { return try printTables() }
    if arguments[0] == "peak" {
      _ = PeakBenchmark.run()
      return
    }
    if arguments[0] == "layers" {
      let peak = PeakBenchmark.run()
      LayerTable.explain()
      for step in StepCase.all where arguments.count < 2 || arguments[1] == step.name {
        try LayerTable.run(step, peak: peak)
      }
      return
    }
    guard arguments.count >= 6,
      let encoder = PretrainingConfiguration.EncoderModel(rawValue: arguments[1]),
      let stem = PretrainingConfiguration.Stem(rawValue: arguments[2]),
      let size = Int(arguments[3]), let batch = Int(arguments[4]), let count = Int(arguments[5])
    else {
      return print("usage: RelicBenchmarks [step|extract ENCODER STEM SIZE BATCH COUNT [fp16]]")
    }
    let benchmark = StepBenchmark(
      step: StepCase("given", encoder, stem, size: size, batch: batch),
      fp16Precision: arguments.contains("fp16"))
    let seconds =
      arguments[0] == "step"
      ? try benchmark.trainingSeconds(count: count) : benchmark.extractionSeconds(count: count)
    print(seconds.map { String($0) }.joined(separator: " "))
  }

  private static func printTables() throws {
    print("BLAS core \(Machine.blasCore), \(Workers.count) workers")
    print("images per second, median of 5")
    print("configuration".padded(40) + "training step".padded(16) + "extraction")
    for step in StepCase.all {
      let benchmark = StepBenchmark(step: step, fp16Precision: false)
      let training = rate(step.batch, try benchmark.trainingSeconds(count: 5))
      let extraction = rate(step.batch, benchmark.extractionSeconds(count: 5))
      print(step.name.padded(40) + training.padded(16) + extraction)
    }
    try AugmentationBenchmark.run()
  }

  private static func rate(_ images: Int, _ seconds: [Double]) -> String {
    String(format: "%.1f", Double(images) / seconds.sorted()[seconds.count / 2])
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
