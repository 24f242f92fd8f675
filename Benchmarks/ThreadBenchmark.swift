internal import Foundation
internal import RelicNN

/// Times the training step on one and on two workers, and compares what came out.
enum ThreadBenchmark {
  private static let steps = 4

  /// Prints one line per case; rounds alternate.
  static func run(_ cases: [StepCase]) throws {
    print("\nTraining step by workers, median of \(steps - 1) in a run of \(steps)")
    var table = Table("case", "1: images/s", "2: images/s", "speed-up", "same bits")
    for step in cases {
      let (one, first) = try train(step.configuration.makeEncoder(), step, workers: 1)
      let (two, second) = try train(step.configuration.makeEncoder(), step, workers: 2)
      table.add(
        step.description, String(format: "%.1f", Double(step.batch) / one),
        String(format: "%.1f", Double(step.batch) / two), String(format: "%.2f", one / two),
        first == second ? "yes" : "NO")
    }
    table.print()
  }

  /// What a run is compared by: every loss, and every parameter and statistic of both networks.
  private struct Outcome: Equatable {
    var losses: [Float] = []
    var tensors: [Tensor] = []
  }

  private static func train(
    _ encoder: some EncoderNetwork, _ step: StepCase, workers: Int
  ) throws -> (Double, Outcome) {
    let before = ThreadPool.workerCount
    ThreadPool.workerCount = workers
    defer { ThreadPool.workerCount = before }
    var run = Pretraining(encoder, step.configuration, stepsPerEpoch: 195)
    let views = ViewBatch(global: StepBenchmark(step).images(2 * step.batch), globalCount: 2)
    var outcome = Outcome()
    let taken = try repeated(steps - 1) { outcome.losses.append(try run.advance(views).loss) }
    outcome.tensors = (run.online.parameters + run.target.parameters).map(\.parameter.value)
    return (taken.median, outcome)
  }
}
