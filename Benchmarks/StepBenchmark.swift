internal import RelicNN

/// Times the two-view training step (both networks, loss, Adam, EMA) and feature extraction on
/// views that lie in memory.
struct StepBenchmark {
  let step: StepCase
  let fp16Precision: Bool

  /// Seconds of each of `count` training steps after one that is not counted.
  func trainingSeconds(count: Int) throws -> [Double] {
    var configuration = PretrainingConfiguration()
    configuration.encoder = step.encoder
    configuration.stem = step.stem
    configuration.imageSize = step.size
    configuration.batchSize = step.batch
    configuration.fp16Precision = fp16Precision
    var run = Pretraining(configuration, stepsPerEpoch: 195)
    let views = ViewBatch(global: images(2 * step.batch), globalCount: 2)
    _ = try run.advance(views)
    return try (0..<count).map { _ in
      let start = ContinuousClock.now
      _ = try run.advance(views)
      return (ContinuousClock.now - start) / .seconds(1)
    }
  }

  /// Seconds of each of `count` batches through a frozen encoder, after one that is not counted.
  func extractionSeconds(count: Int) -> [Double] {
    let encoder = Encoder(step.encoder, stem: step.stem, seed: 0)
    let batch = images(step.batch)
    _ = encoder.features(of: batch)
    return (0..<count).map { _ in
      let start = ContinuousClock.now
      _ = encoder.features(of: batch)
      return (ContinuousClock.now - start) / .seconds(1)
    }
  }

  private func images(_ count: Int) -> Tensor {
    var generator = Philox(seed: 1, purpose: .drawing)
    let elements = (0..<(count * step.size * step.size * 3)).map { _ in generator.uniform() }
    return Tensor(elements, shape: [count, step.size, step.size, 3])
  }
}
