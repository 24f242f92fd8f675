/// A residual network without its classifier, under torchvision's parameter names.
///
/// He et al. 2015, table 1; `torchvision.models.resnet18` and `resnet50`, or one of fewer and
/// narrower blocks.
public struct ResNet: EncoderNetwork {
  /// The number of weighted layers.
  public enum Depth: Sendable {
    case eighteen
    case fifty
    /// With ``Stem/small`` it sees four times the pixels of ``eighteen`` with ``Stem/imagenet`` at
    /// the same number of multiplications, and has as many features.
    case sixteenTapered

    /// Residual blocks of each stage.
    var blocks: [Int] {
      switch self {
      case .eighteen: [2, 2, 2, 2]
      case .fifty: [3, 4, 6, 3]
      case .sixteenTapered: [2, 2, 2, 1]
      }
    }
    /// Channels of each stage's 3x3 convolutions; the first also of the stem.
    var widths: [Int] { self == .sixteenTapered ? [32, 64, 128, 512] : [64, 128, 256, 512] }
    /// Channels that a block puts out for each of these.
    var expansion: Int { self == .fifty ? 4 : 1 }
  }

  /// What backward reads.
  public struct Cache: Sendable {
    let stem: ConvNorm.Cache
    let pool: MaxPool2D.Cache?
    var blocks: [ResidualBlock.Cache]
    let average: GlobalAveragePool.Cache
  }

  private(set) var stem: ConvNorm
  let pool: MaxPool2D?
  private(set) var blocks: [ResidualBlock]
  let average = GlobalAveragePool()
  private let depth: Depth

  /// The number of features: 512 or 2048.
  public var featureCount: Int { 512 * depth.expansion }

  /// Creates a network with torchvision's initialisation.
  ///
  /// - Parameters:
  ///   - depth: The number of weighted layers.
  ///   - stem: The first layers.
  ///   - precision: What training multiplies and keeps.
  ///   - generator: Draws the weights.
  public init(
    _ depth: Depth, stem: Stem, precision: TrainingPrecision = .float32,
    using generator: inout Philox
  ) {
    self.depth = depth
    var build = Builder(depth: depth, precision: precision, generator: generator)
    defer { generator = build.generator }
    var inputs = depth.widths[0]
    self.stem = build.unit(
      inputs: 3, outputs: inputs, kernel: stem == .imagenet ? 7 : 3, stride: stem == .cifar ? 1 : 2,
      names: ("conv1", "bn1"))
    pool = stem == .imagenet ? MaxPool2D(kernel: 3, stride: 2, padding: 1) : nil
    blocks = []
    for (stage, (count, width)) in zip(depth.blocks, depth.widths).enumerated() {
      for index in 0..<count {
        let stride = stage > 0 && index == 0 ? 2 : 1
        blocks.append(build.block(inputs: inputs, width: width, stride: stride))
        inputs = width * depth.expansion
      }
    }
  }

  /// Returns features `[…, featureCount]` for images `[…, height, width, 3]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    var x = stem(images)
    if let pool { x = pool(x) }
    for block in blocks { x = block(x) }
    return average(x)
  }

  /// Returns features `[…, featureCount]` for images `[…, height, width, 3]`.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor {
    var x = stem.forwardOnly(FeatureMap(images), adding: nil)
    if let pool { x = FeatureMap(pool(x.floats)) }
    for index in blocks.indices {
      x = blocks[index].forwardOnly(x, as: forms(after: index, x.shape))
    }
    return average(x.floats)
  }

  /// Returns features `[…, featureCount]` for images `[…, height, width, 3]`, and what `backward`
  /// will need.
  public mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) {
    let (y, stemCache) = stem.forward(images)
    let pooled = pool?.forward(y)
    var x = FeatureMap(pooled?.y ?? y)
    var caches: [ResidualBlock.Cache] = []
    for index in blocks.indices {
      let (y, cache) = blocks[index].forward(x, as: forms(after: index, x.shape))
      x = y
      caches.append(cache)
    }
    let (features, averaged) = average.forward(x.floats)
    return (
      features, Cache(stem: stemCache, pool: pooled?.cache, blocks: caches, average: averaged)
    )
  }

  /// Returns the forms in which a block's output is read, for the shape of its input.
  private func forms(after index: Int, _ shape: [Int]) -> NormalizedOutput.Forms {
    index + 1 < blocks.count
      ? blocks[index + 1].inputForms(blocks[index].outputShape(shape)) : .floats
  }

  /// Adds to the parameters' gradients for `dy` of shape `[…, featureCount]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {
    var gradient = average.backward(dy, cache.average)
    for index in blocks.indices.reversed() {
      gradient = blocks[index].backward(gradient.taken(), cache.blocks.removeLast())
      blocks[index].beginGradientSums()
    }
    if let pool, let pooled = cache.pool { gradient = pool.backward(gradient.taken(), pooled) }
    stem.backwardParameters(gradient.taken(), cache.stem)
  }

  /// Visits `conv1`, `bn1`, and `layer1.0` to the last block.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try stem.visitParameters(path, body)
    for (index, place) in blockPaths.enumerated() {
      try blocks[index].visitParameters(joined(path, place), body)
    }
  }

  /// What the blocks are called, in order: `layer1.0` to the last.
  var blockPaths: [String] {
    depth.blocks.enumerated().flatMap { stage, count in
      (0..<count).map { "layer\(stage + 1).\($0)" }
    }
  }
}

/// Draws the parts of a network, one after the other.
private struct Builder {
  let depth: ResNet.Depth
  let precision: TrainingPrecision
  var generator: Philox

  mutating func block(inputs: Int, width: Int, stride: Int) -> ResidualBlock {
    let outputs = width * depth.expansion
    let plan: [(inputs: Int, outputs: Int, kernel: Int, stride: Int)] =
      switch depth {
      case .eighteen, .sixteenTapered: [(inputs, width, 3, stride), (width, width, 3, 1)]
      case .fifty:
        [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
      }
    var convolutions: [ConvNorm] = []
    for (index, layer) in plan.enumerated() {
      convolutions.append(
        unit(
          inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel,
          stride: layer.stride, names: ("conv\(index + 1)", "bn\(index + 1)")))
    }
    guard stride > 1 || inputs != outputs else {
      return ResidualBlock(convolutions, shortcut: nil)
    }
    let shortcut = unit(
      inputs: inputs, outputs: outputs, kernel: 1, stride: stride, activation: .identity,
      names: ("0", "1"))
    return ResidualBlock(convolutions, shortcut: shortcut)
  }

  mutating func unit(
    inputs: Int, outputs: Int, kernel: Int, stride: Int,
    activation: Activation = .relu,
    names: (convolution: String, normalization: String)
  ) -> ConvNorm {
    ConvNorm(
      Conv2D(
        inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
        using: &generator),
      BatchNorm2D(channels: outputs, activation: activation), names: names,
      precision: precision)
  }
}
