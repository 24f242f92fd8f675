import Testing

@testable import RelicNN

/// A block with what its branch counts in every image, as a layer.
struct WeighedBlock: Layer {
  typealias Cache = EfficientNetV2Block.Cache

  var block: EfficientNetV2Block
  var factors: [Float]?

  func callAsFunction(_ x: Tensor) -> Tensor { block(x) }

  mutating func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    block.forward(x, factors: factors)
  }

  mutating func forwardOnly(_ x: Tensor) -> Tensor { block.forwardOnly(x, factors: factors) }

  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    block.backward(dy, cache)
  }

  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try block.visitParameters(path, body)
  }
}

@Suite struct EfficientNetV2BlockTests {
  /// A block of a few channels, for five images of 4x4 pixels.
  struct Example: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var plan: EfficientNetV2Block.Plan
    var factors: [Float]?
    var x = Formula.images("block.x", [5, 4, 4, 4])

    init(_ name: String, fused: Bool, outputs: Int = 4, expansion: Int, stride: Int = 1) {
      testDescription = name
      plan = EfficientNetV2Block.Plan(
        isFused: fused, inputs: 4, outputs: outputs, expansion: expansion, stride: stride)
    }

    /// The same with branches that are left out, and the others made up for.
    var dropping: Example {
      var example = self
      example.testDescription += ", dropping branches"
      example.factors = [1.25, 0, 1.25, 1.25, 0]
      return example
    }

    /// The same of four times the channels, of which the excitation squeezes more than one.
    var wide: Example {
      var example = self
      example.plan.inputs *= 4
      example.plan.outputs *= 4
      example.x = Formula.images("block.wide", [5, 16, 4, 4])
      return example
    }

    func layer(_ precision: TrainingPrecision = .float32) throws -> WeighedBlock {
      var generator = Philox(seed: 5, purpose: .weights)
      var layer = WeighedBlock(
        block: EfficientNetV2Block(plan, precision: precision, using: &generator),
        factors: factors)
      try Formula.fill(&layer)
      return layer
    }
  }

  private static let single = Example("fused, not expanded", fused: true, expansion: 1)
  private static let fused = Example("fused", fused: true, expansion: 2)
  private static let mixing = Example("depthwise", fused: false, expansion: 2)

  static let examples = [
    single, single.dropping, fused, mixing, mixing.dropping,
    Example("fused, stride 2", fused: true, outputs: 6, expansion: 2, stride: 2),
    Example("depthwise, stride 2", fused: false, outputs: 6, expansion: 2, stride: 2),
  ]

  @Test(arguments: examples)
  func `backward agrees with central differences`(_ example: Example) throws {
    // 320 outputs of size 1, each rounded a few times, leave some 1e-3 over a step of 1/256.
    GradientCheck(step: 1 / 256, tolerance: 1e-2, hasKinks: false)(
      try example.layer(), x: example.x)
  }

  @Test(arguments: examples, [TrainingPrecision.float32, .half, .bfloat16])
  func `a pass without a backward pass computes the same`(
    _ example: Example, _ precision: TrainingPrecision
  ) throws {
    var cached = try example.layer(precision)
    var uncached = cached
    #expect(uncached.forwardOnly(example.x) == cached.forward(example.x).y)
    #expect(uncached.stateDict() == cached.stateDict())
  }

  @Test func `an image whose branch is left out passes through`() throws {
    let example = Self.mixing.dropping
    var layer = try example.layer()
    let y = layer.forwardOnly(example.x)
    for (image, factor) in try #require(example.factors).enumerated() {
      let rows = image..<(image + 1)
      #expect((y.rows(rows) == example.x.rows(rows)) == (factor == 0), "image \(image)")
    }
  }

  /// What 16 bits keep is off by up to 2^-11, and what bfloat16 multiplies by up to 2^-9: with some ten
  /// roundings one after the other, in quadrature, and some of a difference of larger terms.
  @Test(arguments: examples.map(\.wide))
  func `gradients in 16 bits are near those of float32`(_ example: Example) throws {
    let exact = try example.layer()
    PrecisionCheck(gradients: 5e-3)(
      try example.layer(.half), against: exact, x: example.x, "half")
    PrecisionCheck(output: 0.02, gradients: 0.03)(
      try example.layer(.bfloat16), against: exact, x: example.x, "bfloat16")
  }
}
