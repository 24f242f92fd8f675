/// Scales every channel by a gate that the means of all channels decide.
///
/// `y = x · sigmoid(W₂ silu(W₁ mean(x) + b₁) + b₂)`, Hu et al. 2018, section 3; torchvision's
/// `SqueezeExcitation` with SiLU.
public struct SqueezeExcitation: Layer {
  /// What backward reads: the input unless it is given it again, and one row per image of what led to
  /// the gate.
  public struct Cache: Sendable {
    let x: SavedActivation?
    let first: Conv2D.Cache
    let hidden: Tensor
    let second: Conv2D.Cache
    let gate: Tensor
  }

  private var first: Conv2D
  private var firstBias: Parameter
  private var second: Conv2D
  private var secondBias: Parameter
  private let average = GlobalAveragePool()
  private let precision: TrainingPrecision

  /// Creates a layer from weights `[1, 1, channels, squeezed]` and `[1, 1, squeezed, channels]`,
  /// with biases of 0; `precision` says what training keeps.
  public init(first: Conv2D, second: Conv2D, precision: TrainingPrecision = .float32) {
    precondition(
      first.outputs == second.inputs && first.inputs == second.outputs,
      "\(first.weight.value.shape) does not lead back through \(second.weight.value.shape)")
    self.first = first
    self.precision = precision
    self.second = second
    firstBias = Parameter(Tensor(zeros: [first.outputs]), role: .bias)
    secondBias = Parameter(Tensor(zeros: [second.outputs]), role: .bias)
  }

  /// Creates a layer with torchvision's initialisation.
  public init(
    channels: Int, squeezed: Int, precision: TrainingPrecision = .float32,
    using generator: inout Philox
  ) {
    self.init(
      first: Conv2D(inputs: channels, outputs: squeezed, kernel: 1, using: &generator),
      second: Conv2D(inputs: squeezed, outputs: channels, kernel: 1, using: &generator),
      precision: precision)
  }

  /// Returns `x · gate`, both `[…, height, width, channels]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { ChannelGate.scaled(x, by: gate(x).gate) }

  /// Returns `x · gate`, both `[…, height, width, channels]`.
  public func forwardOnly(_ x: Tensor) -> Tensor { self(x) }

  /// Returns `x · gate`, both `[…, height, width, channels]`, and saves `x` and the gate.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    let form = precision.savesHalf ? SavedActivation.Form.half : .whole
    let (y, cache) = forward(x, saving: SavedActivation(x, as: form), isRounded: false)
    return (y.floats, cache)
  }

  /// The same as floats or rounded; what is saved of `x` is given.
  func forward(
    _ x: Tensor, saving saved: SavedActivation?, isRounded: Bool
  ) -> (y: FeatureMap, cache: Cache) {
    let steps = gate(x)
    let cache = Cache(
      x: saved, first: steps.first, hidden: steps.hidden, second: steps.second, gate: steps.gate)
    return (Self.scaled(x, by: steps.gate, isRounded: isRounded), cache)
  }

  /// Returns `x · gate` as floats or rounded.
  func forwardOnly(_ x: Tensor, isRounded: Bool) -> FeatureMap {
    Self.scaled(x, by: gate(x).gate, isRounded: isRounded)
  }

  /// Returns the output of a forward pass again, for its input.
  func output(of cache: Cache, _ x: Tensor, isRounded: Bool) -> FeatureMap {
    Self.scaled(x, by: cache.gate, isRounded: isRounded)
  }

  private static func scaled(_ x: Tensor, by gate: Tensor, isRounded: Bool) -> FeatureMap {
    isRounded
      ? FeatureMap(x.shape, floats: nil, rounded: ChannelGate.scaledAndRounded(x, by: gate))
      : FeatureMap(ChannelGate.scaled(x, by: gate))
  }

  /// Returns the gate of every image and channel, `[…, 1, 1, channels]`, and what led to it.
  private func gate(
    _ x: Tensor
  ) -> (gate: Tensor, hidden: Tensor, first: Conv2D.Cache, second: Conv2D.Cache) {
    gate(means: average(x))
  }

  /// The same for the means over height and width, `[…, channels]`.
  private func gate(
    means: Tensor
  ) -> (gate: Tensor, hidden: Tensor, first: Conv2D.Cache, second: Conv2D.Cache) {
    let means = means.reshaped(means.shape.dropLast() + [1, 1, first.inputs])
    var (hidden, firstCache) = first.forward(means)
    let active = ChannelGate.biasedSiLU(&hidden, bias: firstBias.value)
    var (gate, secondCache) = second.forward(active)
    ChannelGate.applyBiasedSigmoid(to: &gate, bias: secondBias.value)
    return (gate, hidden, firstCache, secondCache)
  }

  /// Returns `x · gate`, both `[…, height, width, channels]`; the gate is computed in floats.
  func callAsFunction(_ x: BFloat16Tensor) -> BFloat16Tensor {
    x.scaled(by: gate(means: x.pixelMeans).gate)
  }

  /// Returns `dx` for `dy`, both `[…, height, width, channels]`.
  ///
  /// With s the gate: `ds = Σ dy x` over the pixels, `dx = dy s + d(mean) / pixels`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    backward(dy, cache, x: nil)
  }

  /// The same for the input, if the forward pass has not saved it.
  mutating func backward(
    _ dy: consuming Tensor, _ cache: consuming Cache, x: Tensor?
  ) -> Tensor {
    guard let x = x ?? cache.x?.tensor else {
      preconditionFailure("a layer that saves no input is given it again")
    }
    var dx = dy
    let gate = cache.gate
    var dLogits = ChannelGate.gateGradient(dx, x: x)
    ChannelGate.applySigmoidGradient(to: &dLogits, y: gate)
    secondBias.accumulate(dLogits.summedRows())
    var dHidden = second.backward(dLogits, cache.second)
    ChannelGate.applySiLUGradient(to: &dHidden, x: cache.hidden)
    firstBias.accumulate(dHidden.summedRows())
    let dMean = first.backward(dHidden, cache.first)
    ChannelGate.applyInputGradient(to: &dx, gate: gate, dMean: dMean)
    return dx
  }

  /// Visits `fc1` and `fc2`, weight and bias each.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try first.visitParameters(joined(path, "fc1"), body)
    try body(joined(path, "fc1.bias"), &firstBias)
    try second.visitParameters(joined(path, "fc2"), body)
    try body(joined(path, "fc2.bias"), &secondBias)
  }
}
