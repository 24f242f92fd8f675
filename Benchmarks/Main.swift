internal import Foundation
internal import RelicNN

/// Prints how fast this project is on this machine.
@main struct RelicBenchmarks {
  static let usage = """
    usage: RelicBenchmarks                      the first five tables
           RelicBenchmarks layers [CASE ...]    what a training step consists of
           RelicBenchmarks step [CASE ...]
           RelicBenchmarks step-bfloat16 [CASE ...]
           RelicBenchmarks extraction [CASE ...]
           RelicBenchmarks extraction-bfloat16 [CASE ...]
           RelicBenchmarks augmentation
           RelicBenchmarks probe
           RelicBenchmarks memory [CASE ...]    peak resident size
           RelicBenchmarks growth               cost by batch and image size
           RelicBenchmarks threads [CASE ...]   one and two workers
           RelicBenchmarks loop                 what the loader adds to a step
           RelicBenchmarks photos DIR           what loading a folder adds to a step
           RelicBenchmarks peak                 sgemm alone
           RelicBenchmarks time step|step-bfloat16|extraction|extraction-bfloat16 CASE COUNT
           RelicBenchmarks time augmentation SIZE COUNT
    'time' prints one line of JSON for scripts: the seconds of each repetition and peak memory.
    """

  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(error is UsageError ? 2 : 1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    if arguments.first == "time" { return try time(Array(arguments.dropFirst())) }
    if arguments.first == "photos", arguments.count == 2 {
      print("BLAS core \(BLAS.core), \(ThreadPool.workerCount) workers")
      return try PhotosBenchmark.run(arguments[1])
    }
    let names = Array(arguments.dropFirst())
    let cases = try StepCase.named(names)
    let takesCases = [
      "layers", "step", "step-bfloat16", "extraction", "extraction-bfloat16", "memory", "threads",
    ]
    if let table = arguments.first, !names.isEmpty && !takesCases.contains(table) {
      throw UsageError(description: usage)
    }
    print("BLAS core \(BLAS.core), \(ThreadPool.workerCount) workers")
    let peak = PeakBenchmark.run()
    switch arguments.first {
    case nil:
      try LayerTable.run(cases, peak: peak)
      try StepBenchmark.run(.step, cases)
      try StepBenchmark.run(.extraction, cases)
      try AugmentationBenchmark.run()
      try ProbeBenchmark.run()
    case "layers": try LayerTable.run(cases, peak: peak)
    case "step": try StepBenchmark.run(.step, cases)
    case "extraction": try StepBenchmark.run(.extraction, cases)
    case "step-bfloat16": try StepBenchmark.run(.bfloat16Step, cases)
    case "extraction-bfloat16": try StepBenchmark.run(.bfloat16Extraction, cases)
    case "augmentation": try AugmentationBenchmark.run()
    case "probe": try ProbeBenchmark.run()
    case "memory": try MemoryBenchmark.run(cases)
    case "growth": try GrowthBenchmark.run()
    case "threads": try ThreadBenchmark.run(cases)
    case "loop": try LoopBenchmark.run()
    case "peak": return
    default: throw UsageError(description: usage)
    }
  }

  private static func time(_ arguments: [String]) throws {
    guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else {
      throw UsageError(description: usage)
    }
    if arguments[0] == "augmentation", let size = Int(arguments[1]) {
      let seconds = try AugmentationBenchmark.secondsPerView(size: size, count: count)
      return try Measurement(seconds: seconds).print()
    }
    guard let work = StepBenchmark.Work(rawValue: arguments[0]) else {
      throw UsageError(description: usage)
    }
    let step = try StepCase.named([arguments[1]])[0]
    try Measurement(seconds: StepBenchmark(step).seconds(of: work, count: count)).print()
  }
}
