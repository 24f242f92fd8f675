/// An inverted residual block: expand the channels, mix the pixels, project back.
///
/// Tan & Le 2021, figure 2; torchvision's `FusedMBConv` (a full 3x3 convolution expands) and `MBConv`
/// (a 1x1 convolution expands, a depthwise one mixes, squeeze-and-excitation weighs). Where shape
/// allows, the input is added to the result, which stochastic depth may leave out.
struct EfficientNetV2Block: Module {
  /// What backward reads.
  struct Cache: Sendable {
    let expansion: ConvNorm.Cache
    let mixing: DepthwiseNorm.Cache?
    let excitation: SqueezeExcitation.Cache?
    let projection: ConvNorm.Cache?
    /// What the branch counts in every image, `nil` for 1.
    let factors: [Float]?
  }

  /// The sizes of a block.
  struct Plan: Sendable {
    var isFused: Bool
    var inputs: Int
    var outputs: Int
    var expansion: Int
    var stride: Int
    /// With which the branch of an image is left out in training.
    var dropProbability: Float = 0
  }

  let plan: Plan
  private(set) var expansion: ConvNorm
  private(set) var mixing: DepthwiseNorm?
  private(set) var excitation: SqueezeExcitation?
  private(set) var projection: ConvNorm?

  /// Whether shape allows the input to be added.
  var addsInput: Bool { plan.stride == 1 && plan.inputs == plan.outputs }

  init(_ plan: Plan, precision: TrainingPrecision, using generator: inout Philox) {
    self.plan = plan
    let wide = plan.inputs * plan.expansion
    let isSingle = plan.isFused && plan.expansion == 1
    expansion = .efficientNet(
      inputs: plan.inputs, outputs: isSingle ? plan.outputs : wide, kernel: plan.isFused ? 3 : 1,
      stride: plan.isFused ? plan.stride : 1, activation: .silu,
      precision: precision, using: &generator)
    if !plan.isFused {
      mixing = DepthwiseNorm(
        DepthwiseConv2D(channels: wide, kernel: 3, stride: plan.stride, using: &generator),
        BatchNorm2D(channels: wide, activation: .silu, epsilon: 1e-3), names: ("0", "1"),
        precision: precision)
      excitation = SqueezeExcitation(
        channels: wide, squeezed: max(1, plan.inputs / 4), precision: precision,
        using: &generator)
    }
    if !isSingle {
      projection = .efficientNet(
        inputs: wide, outputs: plan.outputs, kernel: 1, stride: 1, activation: .identity,
        precision: precision, using: &generator)
    }
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = expansion(x)
    if let mixed = mixing?(y) { y = mixed }
    if let weighed = excitation?(y) { y = weighed }
    if let projected = projection?(y) { y = projected }
    return addsInput ? added(x, y, nil) : y
  }

  /// The same in training; `factors` say what the branch counts in every image.
  mutating func forwardOnly(_ x: Tensor, factors: [Float]?) -> Tensor {
    var y = expansion.forwardOnly(FeatureMap(x), adding: nil, as: expandedForm(x.shape))
    if let mixed = mixing?.forwardOnly(y, adding: nil) { y = mixed }
    let isRounded = projectsRounded(y.shape)
    if let weighed = excitation?.forwardOnly(y.floats, isRounded: isRounded) { y = weighed }
    if let projected = projection?.forwardOnly(y, adding: nil) { y = projected }
    return addsInput ? added(x, y.floats, factors) : y.floats
  }

  /// The same, with what `backward` will need.
  ///
  /// In bfloat16 an inner input is made again from what the normalisation before it has saved.
  mutating func forward(_ x: Tensor, factors: [Float]?) -> (y: Tensor, cache: Cache) {
    let makesAgain = precision == .bfloat16
    var (y, expanded) = expansion.forward(
      FeatureMap(x), adding: nil, saving: .own, as: expandedForm(x.shape))
    let mixed = mixing?.forward(y, adding: nil, saving: makesAgain ? .none : .own)
    if let mixed { y = mixed.y }
    let isRounded = projectsRounded(y.shape)
    var excited: SqueezeExcitation.Cache?
    if let excitation {
      let x = y.floats
      let form = precision.savesHalf ? SavedActivation.Form.half : .whole
      let weighed = excitation.forward(
        x, saving: makesAgain ? nil : SavedActivation(x, as: form), isRounded: isRounded)
      (y, excited) = (weighed.y, weighed.cache)
    }
    let projected = projection?.forward(y, adding: nil, saving: makesAgain ? .none : .own)
    if let projected { y = projected.y }
    let cache = Cache(
      expansion: expanded, mixing: mixed?.cache, excitation: excited,
      projection: projected?.cache, factors: addsInput ? factors : nil)
    return (addsInput ? added(x, y.floats, factors) : y.floats, cache)
  }

  private var precision: TrainingPrecision { expansion.precision }

  /// Whether the projection multiplies bfloat16 numbers for an input of a shape.
  private func projectsRounded(_ shape: [Int]) -> Bool {
    projection?.takesBFloat16(shape) ?? false
  }

  /// Returns the form in which what the expansion makes of an input is read.
  private func expandedForm(_ shape: [Int]) -> NormalizedOutput.Forms {
    let isRounded = mixing == nil && projectsRounded(expansion.convolution.outputShape(shape))
    return isRounded ? .rounded : .floats
  }

  /// Adds to the parameters' gradients and returns `dx`.
  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    var sum = addsInput ? gradient : nil
    if let factors = cache.factors { gradient = gradient.scaled(byImage: factors, adding: nil) }
    let mixed = remade(cache.mixing, for: cache.excitation?.x)
    if let own = cache.projection {
      let input = own.x == nil ? projectionInput(cache, mixed) : nil
      gradient = projection?.backward(gradient.taken(), own, input: input) ?? gradient
    }
    if let own = cache.excitation {
      gradient = excitation?.backward(gradient.taken(), own, x: mixed) ?? gradient
    }
    if let own = cache.mixing {
      let input = own.x == nil ? expansion.output(of: cache.expansion) : nil
      gradient = mixing?.backward(gradient.taken(), own, input: input) ?? gradient
    }
    return expansion.backward(gradient.taken(), cache.expansion, input: nil, addedTo: sum?.taken())
  }

  /// Returns what the mixing put out, if the excitation has not saved it.
  private func remade(_ mixed: DepthwiseNorm.Cache?, for saved: SavedActivation?) -> Tensor? {
    guard let mixed, saved == nil else { return nil }
    return mixing?.output(of: mixed).floats
  }

  /// Returns what the projection multiplied, made again.
  private func projectionInput(_ cache: borrowing Cache, _ mixed: Tensor?) -> ConvolutionCache? {
    let isRounded = projectsRounded((cache.mixing?.z ?? cache.expansion.z).shape)
    guard let excited = cache.excitation, let mixed else {
      return expansion.output(of: cache.expansion, isRounded: isRounded)
    }
    return excitation?.output(of: excited, mixed, isRounded: isRounded)
      .operand(isRounded: isRounded)
  }

  /// Visits the parts as `block.0`, `block.1` and so on, torchvision's names.
  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    let block = joined(path, "block")
    try expansion.visitParameters("\(block).0", body)
    try mixing?.visitParameters("\(block).1", body)
    try excitation?.visitParameters("\(block).2", body)
    let last = projectionPath(path)
    try projection?.visitParameters(last, body)
  }

  /// What the last convolution of the block at `path` is called.
  func projectionPath(_ path: String) -> String {
    joined(path, "block.\(plan.isFused ? 1 : 3)")
  }

  private func added(_ x: Tensor, _ branch: consuming Tensor, _ factors: [Float]?) -> Tensor {
    var y = branch
    if let factors { return y.scaled(byImage: factors, adding: x) }
    y.add(x)
    return y
  }
}

extension ConvNorm {
  /// A convolution with half padding and a normalisation, as EfficientNet-V2 has them.
  static func efficientNet(
    inputs: Int, outputs: Int, kernel: Int, stride: Int, activation: Activation,
    precision: TrainingPrecision, using generator: inout Philox
  ) -> ConvNorm {
    ConvNorm(
      Conv2D(
        inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
        using: &generator),
      BatchNorm2D(channels: outputs, activation: activation, epsilon: 1e-3), names: ("0", "1"),
      precision: precision)
  }
}
