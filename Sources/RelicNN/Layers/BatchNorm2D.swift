internal import CKernels

/// Batch normalisation over batch, height and width, with what follows it in the same pass.
///
/// `y = activation(scale · (z - mean) / √(variance + ε) + shift + residual)`, Ioffe & Szegedy 2015.
public struct BatchNorm2D: Layer {
  /// What follows the normalisation.
  public enum Activation: Sendable {
    case identity
    case relu
    /// `u · sigmoid(u)`, without a residual.
    case silu

    var kernel: relic_activation {
      switch self {
      case .identity: relic_identity
      case .relu: relic_relu
      case .silu: relic_silu_activation
      }
    }
  }

  /// What backward reads; `views · channels` numbers in each array.
  public struct Cache: Sendable {
    let z: Tensor
    /// The output, kept only where a residual makes it impossible to compute from `z`.
    let y: Tensor?
    let mean: [Float]
    let inverseDeviation: [Float]
  }

  /// Shape `[channels]`, torchvision's `weight`.
  public internal(set) var scale: Parameter
  /// Shape `[channels]`, torchvision's `bias`.
  public internal(set) var shift: Parameter
  /// Shape `[channels]`.
  public internal(set) var runningMean: Parameter
  /// Shape `[channels]`, unbiased as PyTorch stores it.
  public internal(set) var runningVariance: Parameter

  let epsilon: Float
  let momentum: Float
  let activation: Activation

  var channels: Int { scale.value.count }

  /// Creates a layer with scale 1, shift 0 and running statistics of a standard normal.
  public init(
    channels: Int, activation: Activation = .identity, epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    self.init(
      scale: Tensor(repeating: 1, shape: [channels]), shift: Tensor(zeros: [channels]),
      activation: activation, epsilon: epsilon, momentum: momentum)
  }

  /// Creates a layer from scale and shift of shape `[channels]`.
  public init(
    scale: Tensor, shift: Tensor, activation: Activation = .identity, epsilon: Float = 1e-5,
    momentum: Float = 0.1
  ) {
    precondition(scale.shape == shift.shape, "\(scale.shape) scales, \(shift.shape) shifts")
    self.scale = Parameter(scale, role: .scale)
    self.shift = Parameter(shift, role: .shift)
    runningMean = Parameter(Tensor(zeros: scale.shape), role: .runningStatistic)
    runningVariance = Parameter(Tensor(repeating: 1, shape: scale.shape), role: .runningStatistic)
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
  }

  /// Returns the shape of `z`, `[batch, height, width, channels]`.
  public mutating func callAsFunction(_ z: Tensor, _ statistics: NormalizationStatistics) -> Tensor
  {
    self(z, adding: nil, statistics)
  }

  /// Returns the shape of `z`; a residual of the same shape is added before the activation.
  mutating func callAsFunction(
    _ z: Tensor, adding residual: Tensor?, _ statistics: NormalizationStatistics
  ) -> Tensor {
    switch statistics {
    case .running: normalized(z, adding: residual, runningNormalization)
    case .batch(let views): normalized(z, adding: residual, normalization(moments(z, views: views)))
    }
  }

  /// Returns the shape of `z`, and keeps `z`.
  public mutating func forward(_ z: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    forward(z, adding: nil, moments(z, views: views))
  }

  /// Returns the shape of `z`, and keeps `z` and, after a residual, the output.
  mutating func forward(
    _ z: Tensor, adding residual: Tensor?, _ moments: borrowing BatchMoments
  ) -> (y: Tensor, cache: Cache) {
    let normalization = normalization(moments)
    let y = normalized(z, adding: residual, normalization)
    let keepsOutput = residual != nil && activation == .relu
    return (
      y,
      Cache(
        z: z, y: keepsOutput ? y : nil, mean: normalization.mean,
        inverseDeviation: normalization.inverseDeviation)
    )
  }

  /// Returns `dz` of the shape of `dy`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    // A rectifier that z alone opens or shuts is looked at again instead of writing g in between.
    let masks = activation == .relu && cache.y == nil
    let coefficients = accumulate(&gradient, cache, writes: activation != .identity && !masks)
    if gradient.isShared {
      return inputGradient(gradient, cache.z, coefficients, masks: masks)
    }
    let (z, count) = (cache.z, gradient.count)
    unsafe gradient.withMutableElements { elements in
      guard let dz = elements.baseAddress else { return }
      unsafe inputGradient(dz, z, count, coefficients, masks: masks, into: dz)
    }
    return gradient
  }

  /// Returns `dz`, and replaces `dy` by the gradient before the activation: that of the residual.
  mutating func backward(_ dy: inout Tensor, _ cache: borrowing Cache) -> Tensor {
    let coefficients = accumulate(&dy, cache, writes: activation != .identity)
    return inputGradient(dy, cache.z, coefficients, masks: false)
  }

  /// Visits `weight`, `bias`, `running_mean` and `running_var`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &scale)
    try body(joined(path, "bias"), &shift)
    try body(joined(path, "running_mean"), &runningMean)
    try body(joined(path, "running_var"), &runningVariance)
  }
}
