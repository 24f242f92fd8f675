internal import Foundation
internal import RelicNN

/// Times the training loop with its loader beside the same steps on views that lie in memory.
enum LoopBenchmark {
  /// Prints what loading and augmentation add to a step; rounds alternate.
  static func run() throws {
    let step = StepCase.all[0]
    let (rounds, count) = (3, 10)
    let loader = BatchLoader(
      dataset: SmoothImages(count: rounds * count * step.batch, side: step.size),
      configuration: step.configuration)
    try time(step.configuration.makeEncoder(), step, loader, rounds: rounds, count: count)
  }

  private static func time(
    _ encoder: some EncoderNetwork, _ step: StepCase, _ loader: BatchLoader, rounds: Int,
    count: Int
  ) throws {
    var run = Pretraining(encoder, step.configuration, stepsPerEpoch: loader.stepsPerEpoch)
    let views = try loader.batch(epoch: 0, step: 0).views
    _ = try run.advance(views)
    var (loop, alone): ([Double], [Double]) = ([], [])
    for round in 0..<rounds {
      for index in (round * count)..<((round + 1) * count) {
        loop.append(
          try seconds {
            let batch = try loader.batch(epoch: 0, step: index)
            _ = try run.advance(batch.views)
          })
      }
      for _ in 0..<count { alone.append(try seconds { _ = try run.advance(views) }) }
    }
    print("\nWhole loop, \(step.description), median of \(rounds * count) steps")
    print(
      String(
        format: "%.1f images/s with the loader, %.1f on views in memory: %.1f %% of the step",
        Double(step.batch) / loop.median, Double(step.batch) / alone.median,
        100 * (loop.median - alone.median) / alone.median))
  }
}
