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

  init(_ plan: Plan, savesHalf: Bool, using generator: inout Philox) {
    self.plan = plan
    let wide = plan.inputs * plan.expansion
    let isSingle = plan.isFused && plan.expansion == 1
    expansion = .efficientNet(
      inputs: plan.inputs, outputs: isSingle ? plan.outputs : wide, kernel: plan.isFused ? 3 : 1,
      stride: plan.isFused ? plan.stride : 1, activation: .silu,
      savesHalf: savesHalf, using: &generator)
    if !plan.isFused {
      mixing = DepthwiseNorm(
        DepthwiseConv2D(channels: wide, kernel: 3, stride: plan.stride, using: &generator),
        BatchNorm2D(channels: wide, activation: .silu, epsilon: 1e-3), names: ("0", "1"),
        savesHalf: savesHalf)
      excitation = SqueezeExcitation(
        channels: wide, squeezed: max(1, plan.inputs / 4), savesHalf: savesHalf,
        using: &generator)
    }
    if !isSingle {
      projection = .efficientNet(
        inputs: wide, outputs: plan.outputs, kernel: 1, stride: 1, activation: .identity,
        savesHalf: savesHalf, using: &generator)
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
    var y = expansion.forwardOnly(x)
    if let mixed = mixing?.forwardOnly(y) { y = mixed }
    if let weighed = excitation?.forwardOnly(y) { y = weighed }
    if let projected = projection?.forwardOnly(y) { y = projected }
    return addsInput ? added(x, y, factors) : y
  }

  /// The same, with what `backward` will need.
  mutating func forward(_ x: Tensor, factors: [Float]?) -> (y: Tensor, cache: Cache) {
    var (y, expanded) = expansion.forward(x)
    let mixed = mixing?.forward(y)
    if let mixed { y = mixed.y }
    let weighed = excitation?.forward(y)
    if let weighed { y = weighed.y }
    let projected = projection?.forward(y)
    if let projected { y = projected.y }
    let cache = Cache(
      expansion: expanded, mixing: mixed?.cache, excitation: weighed?.cache,
      projection: projected?.cache, factors: addsInput ? factors : nil)
    return (addsInput ? added(x, y, factors) : y, cache)
  }

  /// Adds to the parameters' gradients and returns `dx`.
  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    let whole = addsInput ? gradient : nil
    if let factors = cache.factors { gradient = gradient.scaled(byImage: factors, adding: nil) }
    if let cached = cache.projection, let d = projection?.backward(gradient.taken(), cached) {
      gradient = d
    }
    if let cached = cache.excitation, let d = excitation?.backward(gradient.taken(), cached) {
      gradient = d
    }
    if let cached = cache.mixing, let d = mixing?.backward(gradient.taken(), cached) {
      gradient = d
    }
    var dx = expansion.backward(gradient.taken(), cache.expansion)
    if let whole { dx.add(whole) }
    return dx
  }

  /// Visits the parts as `block.0`, `block.1` and so on, torchvision's names.
  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    let block = joined(path, "block")
    try expansion.visitParameters("\(block).0", body)
    try mixing?.visitParameters("\(block).1", body)
    try excitation?.visitParameters("\(block).2", body)
    try projection?.visitParameters("\(block).\(plan.isFused ? 1 : 3)", body)
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
    savesHalf: Bool, using generator: inout Philox
  ) -> ConvNorm {
    ConvNorm(
      Conv2D(
        inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
        using: &generator),
      BatchNorm2D(channels: outputs, activation: activation, epsilon: 1e-3), names: ("0", "1"),
      savesHalf: savesHalf)
  }
}
