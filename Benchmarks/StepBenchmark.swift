internal import Foundation
internal import RelicNN

/// One configuration of a training step.
struct StepCase {
  let encoder: PretrainingConfiguration.EncoderModel
  let stem: PretrainingConfiguration.Stem
  let size: Int
  let batch: Int

  var name: String { "\(encoder.rawValue) \(stem.rawValue) \(size)px batch \(batch)" }

  static let all = [
    StepCase(encoder: .resnet18, stem: .imagenet, size: 32, batch: 256),
    StepCase(encoder: .resnet18, stem: .cifar, size: 32, batch: 64),
    StepCase(encoder: .resnet18, stem: .imagenet, size: 96, batch: 64),
    StepCase(encoder: .resnet50, stem: .imagenet, size: 96, batch: 64),
    StepCase(encoder: .efficientnet, stem: .imagenet, size: 96, batch: 32),
  ]
}

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
