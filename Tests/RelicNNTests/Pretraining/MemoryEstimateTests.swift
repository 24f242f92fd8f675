import Testing

@testable import RelicNN

@Suite struct MemoryEstimateTests {
  // Megabytes at the most that steps of these runs were measured to hold (README).
  @Test(arguments: [
    (EncoderModel.resnet18, Stem.imagenet, 32, 256, 466), (.resnet18, .cifar, 32, 64, 928),
    (.resnet18, .cifar, 32, 256, 2_808), (.resnet18, .imagenet, 96, 64, 716),
    (.resnet50, .imagenet, 96, 64, 2_421), (.efficientnet, .imagenet, 96, 32, 1_718),
  ])
  func `the estimate is less than what a step was measured to hold, but not by half`(
    _ model: EncoderModel, _ stem: Stem, _ imageSize: Int, _ batchSize: Int, _ measured: Int
  ) {
    var configuration = PretrainingConfiguration()
    configuration.encoder = model
    configuration.stem = stem
    configuration.imageSize = imageSize
    configuration.batchSize = batchSize
    let estimate = MemoryEstimate(configuration, of: configuration.makeEncoder())
    let share = Double(estimate.total) / Double(measured) / 1e6
    #expect(share > 0.5 && share < 1, "\(estimate.total) bytes are \(share) of it")
  }

  private static func estimate(
    _ change: (inout PretrainingConfiguration) -> Void
  ) -> MemoryEstimate {
    var configuration = PretrainingConfiguration()
    configuration.imageSize = 32
    change(&configuration)
    return MemoryEstimate(configuration, of: configuration.makeEncoder())
  }

  @Test func `options that save memory save it, and others do not`() {
    let plain = Self.estimate { _ in }
    let half = Self.estimate { $0.fp16Precision = true }
    #expect(half.activations < plain.activations * 2 / 3 && half.encoder == plain.encoder)
    let again = Self.estimate { $0.recomputes = true }
    #expect(again.activations < plain.activations * 2 / 3 && again.views == plain.views)
    let shards = Self.estimate { $0.shards = 4 }
    // A gradient for each, beside the weights of both networks and two moments.
    #expect(abs(Double(shards.gradients) / Double(plain.encoder) - 1) < 0.01)
    #expect(plain.gradients == 0 && shards.encoder == plain.encoder)
    let local = Self.estimate { $0.localViews = 2 }
    #expect(local.views == plain.views * 2 * (32 * 32 + 13 * 13) / (2 * 32 * 32))
    #expect(local.activations > plain.activations)
  }

  @Test func `a wide head takes what its weights take`() {
    let wide = Self.estimate {
      $0.projectionHidden = 65_536
      $0.projectionOutputs = 65_536
    }
    #expect(wide.head == 20 * 65_536 * (512 + 65_536))
  }
}
