import TestSupport
import Testing

@testable import RelicNN

/// Training whose products multiply bfloat16 numbers.
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

  @Test func `where the processor has no instructions for it, products are those of floats`() {
    #expect(TrainingPrecision.mixed == (Precision.hasBFloat16 ? .bfloat16 : .half))
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
