/// Batch normalisation over batch, height and width, with what follows it in the same pass.
///
/// `y = activation(scale · (z - mean) / √(variance + ε) + shift + residual)`, Ioffe & Szegedy 2015.
/// In a step that several ranks share, mean and variance are those of the rows of all.
public struct BatchNorm2D: Layer {
  /// What backward reads; `views · channels` numbers in each array.
  public struct Cache: Sendable {
    let z: any FloatSource
    /// The output, saved only where a residual makes it impossible to compute from `z`.
    let y: (any FloatSource)?
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
  package let activation: Activation

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

  /// Returns the output for `z`, both `[…, height, width, channels]`, by the running averages.
  public func callAsFunction(_ z: Tensor) -> Tensor { self(z, adding: nil) }

  /// The same, with a residual of the same shape added before the activation.
  func callAsFunction(_ z: Tensor, adding residual: Tensor?) -> Tensor {
    runningNormalization.normalized(z, adding: residual)
  }

  /// Returns the output for `z`, both `[…, height, width, channels]`, by the statistics of each
  /// view, and saves `z`.
  public mutating func forward(_ z: Tensor) -> (y: Tensor, cache: Cache) {
    forward(z, adding: nil)
  }

  /// The same, with a residual of the same shape added before the activation.
  mutating func forward(_ z: Tensor, adding residual: Tensor?) -> (y: Tensor, cache: Cache) {
    let moments = BatchMoments(of: z.shape)
    moments.add(z)
    return forward(z, adding: residual, moments)
  }

  /// Returns the output for `z` of given moments, and saves `z` and, after a residual, the output.
  mutating func forward(
    _ z: Tensor, adding residual: Tensor?, _ moments: borrowing BatchMoments
  ) -> (y: Tensor, cache: Cache) {
    let normalization = normalization(moments)
    let y = normalization.normalized(z, adding: residual)
    let savesOutput = residual != nil && activation == .relu
    return (
      y,
      Cache(
        z: z, y: savesOutput ? y : nil, mean: normalization.mean,
        inverseDeviation: normalization.inverseDeviation)
    )
  }

  /// Returns `dz` for `dy`, both of the input's shape.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    // A rectifier that z alone opens or shuts is looked at again instead of writing g in between.
    let masks = activation == .relu && cache.y == nil
    let parts = accumulate(&gradient, cache, writes: activation != .identity && !masks)
    if gradient.isShared { return parts.inputGradient(gradient, z: cache.z) }
    parts.replaceByInputGradient(&gradient, z: cache.z)
    return gradient
  }

  /// Returns `dz`, and replaces `dy` by the gradient before the activation: that of the residual.
  mutating func backward(_ dy: inout Tensor, _ cache: borrowing Cache) -> Tensor {
    accumulate(&dy, cache, writes: activation != .identity).inputGradient(dy, z: cache.z)
  }

  /// Returns `dz` rounded.
  mutating func roundedBackward(
    _ dy: consuming Tensor, _ cache: consuming Cache
  ) -> BFloat16Tensor {
    var gradient = dy
    let masks = activation == .relu && cache.y == nil
    return accumulate(&gradient, cache, writes: activation != .identity && !masks)
      .roundedInputGradient(gradient, z: cache.z)
  }

  /// Returns `dz` rounded, and replaces `dy` by the gradient before the activation.
  mutating func roundedBackward(_ dy: inout Tensor, _ cache: borrowing Cache) -> BFloat16Tensor {
    accumulate(&dy, cache, writes: activation != .identity).roundedInputGradient(dy, z: cache.z)
  }

  private mutating func accumulate(
    _ dy: inout Tensor, _ cache: borrowing Cache, writes: Bool
  ) -> NormalizationGradient {
    let gradient = NormalizationGradient(
      &dy, z: cache.z, y: cache.y,
      normalization(mean: cache.mean, inverseDeviation: cache.inverseDeviation),
      scale: scale.value, writes: writes, whole: SharedStep.current.ranks.sum)
    scale.accumulate(gradient.dScale)
    shift.accumulate(gradient.dShift)
    return gradient
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

// MARK: - Mean and variance

extension BatchNorm2D {
  /// The normalisation by the running averages.
  var runningNormalization: Normalization {
    normalization(
      mean: runningMean.value.scalars,
      inverseDeviation: runningVariance.value.scalars.map { 1 / ($0 + epsilon).squareRoot() })
  }

  /// Returns the normalisation by the moments of a batch, and moves the running averages once for
  /// every view.
  mutating func normalization(_ moments: borrowing BatchMoments) -> Normalization {
    let (mean, deviations, count) = SharedStep.current.ranks.joined(moments)
    precondition(count > 1, "one value per channel has no variance")
    for (mean, deviations) in zip(mean, deviations) {
      // Unbiased, as PyTorch stores it.
      let variance = deviations.map { Float($0 / (count - 1)) }
      runningMean.value.move(
        towards: Tensor(mean.map { Float($0) }, shape: [channels]), rate: momentum)
      runningVariance.value.move(towards: Tensor(variance, shape: [channels]), rate: momentum)
    }
    let epsilon = Double(epsilon)
    return normalization(
      mean: mean.joined().map { Float($0) },
      inverseDeviation: deviations.joined().map {
        Float(1 / ($0 / count + epsilon).squareRoot())
      })
  }

  /// Returns the normalisation by moments that are known, `[views · channels]`.
  func normalization(mean: [Float], inverseDeviation: [Float]) -> Normalization {
    Normalization(
      mean: mean, inverseDeviation: inverseDeviation, scale: scale.value, shift: shift.value,
      activation: activation)
  }
}
