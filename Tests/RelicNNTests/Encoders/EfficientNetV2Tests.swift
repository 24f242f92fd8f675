import TestSupport
import Testing

@testable import RelicNN

@Suite struct EfficientNetV2Tests {
  private static let example = EncoderCase(
    name: "efficientnet", model: .efficientnet, stem: .imagenet, batch: 4, side: 64)

  /// The drop probability of a block, 0 to nearly 0.2.
  private static func probability(_ block: Int) -> Double { 0.2 * Double(block) / 40 }

  @Test func `features, gradients and running statistics agree with torchvision`() throws {
    try Self.example.expectPyTorch(gradientError: 5e-3)
  }

  @Test func `given masks leave out what they leave out in torchvision`() throws {
    let fixture = try NetworkFixture("efficientnet-masks")
    var encoder = EfficientNetV2(seed: 0)
    try Formula.fill(&encoder, clear: Self.example.isClear)
    let rows = Self.example.batch
    encoder.stochasticDepth = .given(
      (0..<40).map { block in
        Formula.hashed("mask\(block)", count: rows).map { bits in
          bits >> 31 == 1 ? Float(1 / (1 - Self.probability(block))) : 0
        }
      })
    let images = Formula.images("input0", [rows, 3, 64, 64]).mapped { $0 * 0.5 + 0.5 }
    let (y, cache) = encoder.forward(images)
    try fixture.expectClose(y, "training", relative: 2e-3)
    encoder.backward(Formula.noise("dy", y.shape), cache)
    let names = [
      "features.0.0.weight", "features.3.1.block.1.1.bias", "features.6.14.block.3.1.bias",
    ]
    let parameters = encoder.parameters.filter { names.contains($0.name) }
    #expect(parameters.map(\.name) == names)
    for (name, parameter) in parameters {
      let gradient = try #require(parameter.gradient)
      let isOIHW = parameter.role == .convolutionWeight
      try fixture.expectCloseInNorm(
        isOIHW ? gradient.permuted(to: [3, 2, 0, 1]) : gradient, "gradient.\(name)",
        within: 5e-3)
    }
  }

  @Test func `has torchvision's number of parameters and features`() {
    let encoder = EfficientNetV2(seed: 0)
    let trained = encoder.parameters.filter(\.parameter.role.isTrained)
    // 21,458,488 less the classifier's 1280 x 1000 + 1000.
    #expect(trained.reduce(0) { $0 + $1.parameter.value.count } == 20_177_488)
    #expect(encoder.featureCount == 1280)
    #expect(trained.first?.name == "features.0.0.weight")
    #expect(trained.last?.name == "features.7.1.bias")
  }

  @Test func `one and two workers give the same bits`() {
    let images = Formula.images("workers", [4, 3, 32, 32]).reshaped([2, 2, 32, 32, 3])
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        var encoder = EfficientNetV2(seed: 1)
        encoder.prepare(for: TrainingPass(seed: 1, step: 3, index: 0))
        let (y, cache) = encoder.forward(images)
        encoder.backward(y, cache)
        return encoder.parameters.reduce(into: [y]) { list, entry in
          list += [entry.parameter.value, entry.parameter.gradient].compactMap { $0 }
        }
      }
    }
    #expect(results[0] == results[1])
  }
}

@Suite struct StochasticDepthTests {
  @Test func `factors are a function of seed, step, pass and block`() {
    let depth = StochasticDepth.random(seed: 5, step: 7, pass: 1)
    let once = depth.factors(block: 3, rows: 64, probability: 0.5)
    #expect(once == depth.factors(block: 3, rows: 64, probability: 0.5))
    #expect(once != depth.factors(block: 4, rows: 64, probability: 0.5))
    for other in [
      StochasticDepth.random(seed: 6, step: 7, pass: 1), .random(seed: 5, step: 8, pass: 1),
      .random(seed: 5, step: 7, pass: 0),
    ] {
      #expect(once != other.factors(block: 3, rows: 64, probability: 0.5))
    }
  }

  @Test func `branches are left out with their probability, and the rest made up for`() throws {
    let depth = StochasticDepth.random(seed: 5, step: 7, pass: 1)
    let factors = try #require(depth.factors(block: 0, rows: 10_000, probability: 0.2))
    #expect(Set(factors) == [0, 1.25])
    // Five standard errors.
    let mean: Float = factors.reduce(0, +) / 10_000
    #expect(abs(mean - 1) < 0.025)
    #expect(depth.factors(block: 0, rows: 4, probability: 0) == nil)
    #expect(StochasticDepth.off.factors(block: 0, rows: 4, probability: 0.2) == nil)
  }
}
