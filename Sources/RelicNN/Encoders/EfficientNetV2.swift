/// EfficientNet-V2-S without its classifier, under torchvision's parameter names.
///
/// Tan & Le 2021, table 4; `torchvision.models.efficientnet_v2_s`.
public struct EfficientNetV2: EncoderNetwork {
  /// What backward reads.
  public struct Cache: Sendable {
    let stem: ConvNorm.Cache
    var blocks: [EfficientNetV2Block.Cache]
    let head: ConvNorm.Cache
    let average: GlobalAveragePool.Cache
  }

  private static let stages: [(layers: Int, plan: EfficientNetV2Block.Plan)] = [
    (2, .init(isFused: true, inputs: 24, outputs: 24, expansion: 1, stride: 1)),
    (4, .init(isFused: true, inputs: 24, outputs: 48, expansion: 4, stride: 2)),
    (4, .init(isFused: true, inputs: 48, outputs: 64, expansion: 4, stride: 2)),
    (6, .init(isFused: false, inputs: 64, outputs: 128, expansion: 4, stride: 2)),
    (9, .init(isFused: false, inputs: 128, outputs: 160, expansion: 6, stride: 1)),
    (15, .init(isFused: false, inputs: 160, outputs: 256, expansion: 6, stride: 2)),
  ]

  private(set) var stem: ConvNorm
  private(set) var blocks: [EfficientNetV2Block] = []
  private(set) var head: ConvNorm
  let average = GlobalAveragePool()

  /// Which branches training passes leave out; evaluation leaves out none.
  package var stochasticDepth = StochasticDepth.off

  /// The number of features, 1280.
  public let featureCount = 1280

  /// Creates a network with torchvision's initialisation.
  ///
  /// - Parameters:
  ///   - precision: What training multiplies and keeps.
  ///   - generator: Where the weights come from.
  public init(precision: TrainingPrecision = .float32, using generator: inout Philox) {
    stem = .efficientNet(
      inputs: 3, outputs: 24, kernel: 3, stride: 2, activation: .silu, precision: precision,
      using: &generator)
    let total = Self.stages.reduce(0) { $0 + $1.layers }
    for (layers, first) in Self.stages {
      for layer in 0..<layers {
        var plan = first
        if layer > 0 { (plan.inputs, plan.stride) = (first.outputs, 1) }
        // Rises from 0 to 0.2 over the depth.
        plan.dropProbability = 0.2 * Float(blocks.count) / Float(total)
        blocks.append(EfficientNetV2Block(plan, precision: precision, using: &generator))
      }
    }
    head = .efficientNet(
      inputs: 256, outputs: featureCount, kernel: 1, stride: 1, activation: .silu,
      precision: precision, using: &generator)
  }

  /// Returns features `[…, 1280]` for images `[…, height, width, 3]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    var x = stem(images)
    for block in blocks { x = block(x) }
    return average(head(x))
  }

  /// Draws the branches that the pass leaves out.
  public mutating func prepare(for pass: TrainingPass) {
    stochasticDepth = .random(seed: pass.seed, step: pass.step, pass: pass.index, rows: pass.rows)
  }

  /// Returns features `[…, 1280]` for images `[…, height, width, 3]`.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor {
    var x = stem.forwardOnly(images)
    for index in blocks.indices {
      x = blocks[index].forwardOnly(x, factors: factors(block: index, x))
    }
    return average(head.forwardOnly(x))
  }

  /// Returns features `[…, 1280]` for images `[…, height, width, 3]`, and what `backward` will need.
  public mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) {
    var (x, stemCache) = stem.forward(images)
    var caches: [EfficientNetV2Block.Cache] = []
    for index in blocks.indices {
      let (y, cache) = blocks[index].forward(x, factors: factors(block: index, x))
      x = y
      caches.append(cache)
    }
    let (y, headCache) = head.forward(x)
    let (features, averaged) = average.forward(y)
    return (features, Cache(stem: stemCache, blocks: caches, head: headCache, average: averaged))
  }

  /// Adds to the parameters' gradients for `dy` of shape `[…, 1280]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {
    var gradient = average.backward(dy, cache.average)
    gradient = head.backward(gradient.taken(), cache.head)
    head.beginGradientSums()
    for index in blocks.indices.reversed() {
      gradient = blocks[index].backward(gradient.taken(), cache.blocks.removeLast())
      blocks[index].beginGradientSums()
    }
    stem.backwardParameters(gradient.taken(), cache.stem)
  }

  /// Visits `features.0`, `features.1.0` to the last block, and `features.7`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try stem.visitParameters(joined(path, "features.0"), body)
    for (index, place) in blockPaths.enumerated() {
      try blocks[index].visitParameters(joined(path, place), body)
    }
    try head.visitParameters(joined(path, headPath), body)
  }

  /// What the blocks are called, in order: `features.1.0` to the last.
  var blockPaths: [String] {
    Self.stages.enumerated().flatMap { stage, plan in
      (0..<plan.layers).map { "features.\(stage + 1).\($0)" }
    }
  }

  /// What the last convolution is called.
  var headPath: String { "features.\(Self.stages.count + 1)" }

  /// Returns what a block's branch counts in every image of `x`, or `nil` for 1.
  private func factors(block: Int, _ x: Tensor) -> [Float]? {
    stochasticDepth.factors(
      block: block, rows: ImageShape(x.shape).images,
      probability: blocks[block].plan.dropProbability)
  }
}
