import TestSupport
import Testing

@testable import RelicNN

/// Training that keeps 16 bits, and whose products may multiply bfloat16 numbers.
@Suite struct MixedPrecisionTests {
  private static let examples =
    EncoderCase.resNets + [
      EncoderCase(
        name: "efficientnet", model: .efficientnet, stem: .imagenet, batch: 4, side: 64)
    ]

  @Test(arguments: examples)
  func `features and gradients are no farther from float64 than PyTorch's autocast`(
    _ example: EncoderCase
  ) throws {
    let autocast = try NetworkFixture("autocast")
    let fixture = try NetworkFixture(example.name)
    let own = try example.shares(in: .bfloat16, of: fixture)
    // PyTorch's in its default memory format; of plain kernels, whose sums are in another order, in the
    // other one, too: the order alone moves what PyTorch is off by up to 8 %.
    let theirs = try (0..<(KernelLevel.isPlain ? 2 : 1)).map { format in
      try own.keys.reduce(into: [:]) { shares, key in
        shares[key] = try autocast.tensor("\(example.name).\(key)").scalars[format]
      }
    }
    let (share, limit) = (Self.median(own), try #require(theirs.map(Self.median).max()))
    #expect(share <= limit, "gradients are off by \(share), autocast's by \(limit)")
    let features = try #require(own["training"])
    let most = try #require(theirs.compactMap { $0["training"] }.max())
    #expect(features <= most, "features are off by \(features), autocast's by \(most)")
    // A half of what it multiplies would be as near as float32.
    #expect(share > 1e-4, "nothing was rounded")
  }

  private static func median(_ shares: [String: Float]) -> Float {
    shares.filter { $0.key != "training" }.values.sorted()[(shares.count - 1) / 2]
  }

  /// The side leaves 2x2 pixels to the last layers, whose normalisations are over 32 rows then.
  ///
  /// Only what the backward pass reads is rounded, by up to 2^-11 of its size, and rectifiers open where
  /// they did: some 3e-4 of the gradient for each of dozens of layers that it has come through.
  @Test(arguments: [
    (EncoderModel.resnet18, Stem.small, 32), (.resnet50, .imagenet, 64),
    (.efficientnet, .imagenet, 64),
  ])
  func `what keeps 16 bits has the bits of float32 but for gradients, which are near`(
    _ model: EncoderModel, _ stem: Stem, _ side: Int
  ) {
    let images = Formula.images("half", [8, 3, side, side]).mapped { $0 * 0.5 + 0.5 }
    func pass(_ precision: TrainingPrecision) -> (y: Tensor, encoder: any EncoderNetwork) {
      Self.pass(model.network(stem: stem, seed: 2, precision: precision), images)
    }
    let (exact, half) = (pass(.float32), pass(.half))
    #expect(half.y == exact.y)
    // Weights, which stay, and running statistics.
    #expect(half.encoder.stateDict() == exact.encoder.stateDict())
    let gradients = [half, exact].map { $0.encoder.parameters.map(\.parameter.gradient) }
    #expect(gradients[0] != gradients[1], "nothing was rounded")
    expectGradients(of: half.encoder, near: exact.encoder, within: 1e-2, "\(model)")
  }

  /// Returns what an encoder puts out, and the encoder with its gradients.
  private static func pass(
    _ network: some EncoderNetwork, _ images: Tensor
  ) -> (y: Tensor, encoder: any EncoderNetwork) {
    var encoder = network
    let (y, cache) = encoder.forward(images)
    encoder.backward(Formula.noise("dy", y.shape), cache)
    return (y, encoder)
  }

  @Test(arguments: [
    (EncoderModel.resnet18, Stem.small), (.resnet50, .imagenet), (.efficientnet, .imagenet),
  ])
  func `one, two and three workers give the same bits`(_ model: EncoderModel, _ stem: Stem) {
    let images = Formula.images("workers", [6, 3, 32, 32]).reshaped([2, 3, 32, 32, 3])
    let results = [1, 2, 3].map { workers in
      withWorkers(workers) {
        Self.trained(model.network(stem: stem, seed: 1, precision: .bfloat16), images)
      }
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  private static func trained(_ network: some EncoderNetwork, _ images: Tensor) -> [Tensor] {
    var encoder = network
    let (y, cache) = encoder.forward(images)
    encoder.backward(y, cache)
    let again = encoder.forwardOnly(images)
    return encoder.parameters.reduce(into: [y, again]) { list, entry in
      list += [entry.parameter.value, entry.parameter.gradient].compactMap { $0 }
    }
  }

  @Test func `a pass without a backward pass computes the same features`() {
    let images = Formula.images("workers", [6, 3, 32, 32])
    var encoder = ResNet(.fifty, stem: .small, seed: 1, precision: .bfloat16)
    var other = encoder
    #expect(encoder.forward(images).y == other.forwardOnly(images))
    #expect(encoder.parameters.map(\.parameter.value) == other.parameters.map(\.parameter.value))
  }

  @Test func `where the processor has no fast instructions for it, products are those of floats`() {
    #expect(TrainingPrecision.mixed == (Precision.hasFastBFloat16 ? .bfloat16 : .half))
    var configuration = PretrainingConfiguration()
    #expect(configuration.precision == .float32)
    configuration.fp16Precision = true
    #expect(configuration.precision == .mixed)
  }
}

extension EncoderCase {
  /// How far features and gradients of a training pass are from the fixture's, by names.
  func shares(
    in precision: TrainingPrecision, of fixture: NetworkFixture
  ) throws -> [String: Float] {
    try shares(model.network(stem: stem, seed: 0, precision: precision), of: fixture)
  }

  private func shares(
    _ network: some EncoderNetwork, of fixture: NetworkFixture
  ) throws -> [String: Float] {
    var encoder = network
    try Formula.fill(&encoder, clear: isClear)
    let (y, cache) = encoder.forward(try images(fixture))
    encoder.backward(Formula.noise("dy", y.shape), cache)
    var shares = ["training": try fixture.share(y, "training")]
    for (name, parameter) in encoder.parameters where parameter.role != .runningStatistic {
      let gradient = try #require(parameter.gradient, "'\(name)' has no gradient")
      let isOIHW = parameter.role == .convolutionWeight
      shares["gradient.\(name)"] = try fixture.share(
        isOIHW ? gradient.permuted(to: [3, 2, 0, 1]) : gradient, "gradient.\(name)")
    }
    return shares
  }
}
