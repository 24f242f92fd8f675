internal import Foundation
internal import RelicNN

/// Times the two-view training step (both networks, loss, Adam, EMA) and feature extraction on
/// views that lie in memory.
struct StepBenchmark {
  let step: StepCase

  /// What is timed.
  enum Work: String {
    case step
    case bfloat16Step = "step-bfloat16"
    case extraction
    case bfloat16Extraction = "extraction-bfloat16"
  }

  init(_ step: StepCase) { self.step = step }

  /// Returns the seconds of each of `count` repetitions after two that are not counted.
  func seconds(of work: Work, count: Int) throws -> [Double] {
    switch work {
    case .step:
      return try steps(step.configuration, count: count)
    case .bfloat16Step:
      var configuration = step.configuration
      configuration.fp16Precision = true
      return try steps(configuration, count: count)
    case .extraction, .bfloat16Extraction:
      let encoder = FrozenEncoder(
        step.configuration.makeEncoder(), precision: work == .extraction ? .float32 : .bfloat16)
      let batch = images(step.batch)
      return repeated(count) { _ = encoder(batch) }
    }
  }

  private func steps(_ configuration: PretrainingConfiguration, count: Int) throws -> [Double] {
    try steps(of: configuration.makeEncoder(), configuration, count: count)
  }

  private func steps(
    of encoder: some EncoderNetwork, _ configuration: PretrainingConfiguration, count: Int
  ) throws -> [Double] {
    var run = Pretraining(encoder, configuration, stepsPerEpoch: 195)
    let views = ViewBatch(global: images(2 * step.batch), globalCount: 2)
    return try repeated(count) { _ = try run.advance(views) }
  }

  /// Returns numbers uniform in [0, 1) as `[count, size, size, 3]`.
  func images(_ count: Int) -> Tensor {
    var generator = Philox(seed: 1, purpose: .drawing)
    var images = Tensor(uninitialized: [count, step.size, step.size, 3])
    unsafe images.withMutableElements { elements in
      for index in elements.indices { unsafe elements[index] = generator.uniform() }
    }
    return images
  }

  /// Prints images per second of every case.
  static func run(_ work: Work, _ cases: [StepCase]) throws {
    let name =
      switch work {
      case .step: "Training step"
      case .bfloat16Step: "Training step in bfloat16"
      case .extraction: "Feature extraction"
      case .bfloat16Extraction: "Feature extraction in bfloat16"
      }
    print("\n\(name), median of 5")
    var table = Table("case", "ms", "images/s")
    for step in cases {
      let median = try StepBenchmark(step).seconds(of: work, count: 5).median
      table.add(
        step.description, String(format: "%.1f", 1000 * median),
        String(format: "%.1f", Double(step.batch) / median))
    }
    table.print()
  }
}
