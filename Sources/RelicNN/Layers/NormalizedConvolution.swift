/// A full convolution, its batch normalisation and the activation after it.
package typealias ConvNorm = NormalizedConvolution<Conv2D>

/// A depthwise convolution, its batch normalisation and the activation after it.
package typealias DepthwiseNorm = NormalizedConvolution<DepthwiseConv2D>

/// A convolution, its batch normalisation and the activation after it.
///
/// The unit every encoder is made of. It carries the two names its parts have in torchvision.
package struct NormalizedConvolution<Kernel: Convolution>: Layer {
  /// What backward reads.
  public struct Cache: Sendable {
    /// The input, or `nil` if backward is given it.
    let x: SavedActivation?
    let z: SavedActivation
    /// The output, where a residual makes it impossible to compute from `z`.
    let y: SavedActivation?
    let mean: [Float]
    let inverseDeviation: [Float]

    var normalization: BatchNorm2D.Cache {
      BatchNorm2D.Cache(
        z: z.source, y: y?.source, mean: mean, inverseDeviation: inverseDeviation)
    }
  }

  /// What a forward pass saves of its input.
  enum SavedInput {
    case own
    /// What another unit of the same input has saved.
    case shared(SavedActivation)
    /// Nothing: backward is given the input again.
    case none
  }

  package private(set) var convolution: Kernel
  package private(set) var normalization: BatchNorm2D

  let names: (convolution: String, normalization: String)
  let precision: TrainingPrecision

  /// Joins a convolution and a normalisation of its outputs under their names.
  ///
  /// - Parameters:
  ///   - convolution: The convolution.
  ///   - normalization: The normalisation of its outputs, and the activation.
  ///   - names: What torchvision calls the two.
  ///   - precision: What training multiplies and keeps.
  public init(
    _ convolution: Kernel, _ normalization: BatchNorm2D,
    names: (convolution: String, normalization: String), precision: TrainingPrecision = .float32
  ) {
    precondition(
      convolution.outputs == normalization.channels,
      "\(convolution.outputs) outputs, \(normalization.channels) normalised channels")
    self.convolution = convolution
    self.normalization = normalization
    self.names = names
    self.precision = precision
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, adding: nil) }

  /// The same, with a residual of the output's shape added before the activation.
  ///
  /// Pixels are normalised as soon as they are there.
  func callAsFunction(_ x: Tensor, adding residual: Tensor?) -> Tensor {
    let running = normalization.runningNormalization
    running.check(residual, count: convolution.outputShape(x.shape).reduce(1, *))
    return convolution(x) { running.normalize($0, adding: residual) }
  }

  /// Whether training multiplies bfloat16 numbers for an input of a shape.
  func takesBFloat16(_ shape: [Int]) -> Bool {
    precision == .bfloat16 && convolution.takesBFloat16(shape)
  }

  /// Returns the form in which training reads an input of a shape.
  func inputForm(_ shape: [Int]) -> NormalizedOutput.Forms {
    takesBFloat16(shape) ? .rounded : .floats
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public mutating func forwardOnly(_ x: Tensor) -> Tensor {
    forwardOnly(FeatureMap(x), adding: nil).floats
  }

  /// The same in the forms that are read next, with a residual of the output's shape added before the
  /// activation.
  ///
  /// The convolution's outputs are normalised in place when all have been seen.
  mutating func forwardOnly(
    _ x: FeatureMap, adding residual: FeatureMap?, as forms: NormalizedOutput.Forms = .floats
  ) -> FeatureMap {
    let moments = BatchMoments(of: convolution.outputShape(x.shape))
    let operand = x.operand(isRounded: takesBFloat16(x.shape))
    let z = convolution.output(operand, moments: moments)
    return normalization.normalization(moments).output(
      of: consume z, adding: residual?.source, as: forms, keeping: false
    ).map
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`, and
  /// saves both parts' inputs.
  public mutating func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    forward(x, adding: nil)
  }

  /// The same, with a residual of the output's shape added before the activation.
  package mutating func forward(
    _ x: Tensor, adding residual: Tensor?
  ) -> (y: Tensor, cache: Cache) {
    let (y, cache) = forward(
      FeatureMap(x), adding: residual.map { FeatureMap($0) }, saving: .own)
    return (y.floats, cache)
  }

  /// The same in the forms that are read next; `input` says what is saved of `x`.
  mutating func forward(
    _ x: FeatureMap, adding residual: FeatureMap?, saving input: SavedInput,
    as forms: NormalizedOutput.Forms = .floats
  ) -> (y: FeatureMap, cache: Cache) {
    let moments = BatchMoments(of: convolution.outputShape(x.shape))
    let operand = x.operand(isRounded: takesBFloat16(x.shape))
    let z = convolution.output(operand, moments: moments)
    let saved: SavedActivation? =
      switch input {
      case .own: SavedActivation(operand, as: precision.savesHalf ? .half : .whole)
      case .shared(let saved): saved
      case .none: nil
      }
    if !precision.savesHalf, case .floats(let z) = z {
      let (y, normalized) = normalization.forward(z, adding: residual?.floats, moments)
      let cache = Cache(
        x: saved, z: SavedActivation(z, as: .whole),
        y: normalized.y == nil ? nil : SavedActivation(y, as: .whole), mean: normalized.mean,
        inverseDeviation: normalized.inverseDeviation)
      return (FeatureMap(y), cache)
    }
    let known = normalization.normalization(moments)
    let output = known.output(of: consume z, adding: residual?.source, as: forms, keeping: true)
    guard let kept = output.z else { preconditionFailure("nothing was kept of the input") }
    let cache = Cache(
      x: saved, z: SavedActivation(kept), y: output.signs.map { SavedActivation($0) },
      mean: known.mean, inverseDeviation: known.inverseDeviation)
    return (output.map, cache)
  }

  /// Returns the output of a forward pass without a residual again, from what it saved, as floats or
  /// rounded.
  func output(of cache: Cache, isRounded: Bool = false) -> ConvolutionCache {
    guard let z = cache.z.half else {
      preconditionFailure("only what is kept in 16 bits is made again")
    }
    return normalization.normalization(
      mean: cache.mean, inverseDeviation: cache.inverseDeviation
    ).output(of: z, adding: nil, as: isRounded ? .rounded : .floats, keeping: false)
      .map.operand(isRounded: isRounded)
  }

  /// Returns `dx` of the input's shape for `dy` of the output's.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    backward(dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not save, and `dx` is added to a sum of its shape
  /// if there is one.
  mutating func backward(
    _ dy: consuming Tensor, _ cache: consuming Cache, input: ConvolutionCache?,
    addedTo sum: consuming Tensor? = nil
  ) -> Tensor {
    let x = self.input(cache.x, input)
    let dz =
      x.isRounded
      ? ConvolutionCache(normalization.roundedBackward(dy, cache.normalization))
      : ConvolutionCache(normalization.backward(dy, cache.normalization))
    return convolution.backward(dz, x, addedTo: consume sum)
  }

  /// Returns `dx`, and leaves in `dy` the gradient of the residual.
  package mutating func backward(_ dy: inout Tensor, _ cache: consuming Cache) -> Tensor {
    backward(&dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not save.
  mutating func backward(
    _ dy: inout Tensor, _ cache: consuming Cache, input: ConvolutionCache?
  ) -> Tensor {
    let x = self.input(cache.x, input)
    let dz =
      x.isRounded
      ? ConvolutionCache(normalization.roundedBackward(&dy, cache.normalization))
      : ConvolutionCache(normalization.backward(&dy, cache.normalization))
    return convolution.backward(dz, x, addedTo: nil)
  }

  /// Adds to the parameters' gradients alone, for a layer whose input needs none.
  package mutating func backwardParameters(
    _ dy: consuming Tensor, _ cache: consuming Cache
  ) {
    let x = input(cache.x, nil)
    let dz =
      x.isRounded
      ? ConvolutionCache(normalization.roundedBackward(dy, cache.normalization))
      : ConvolutionCache(normalization.backward(dy, cache.normalization))
    convolution.backwardWeight(dz, x)
  }

  private func input(
    _ saved: SavedActivation?, _ given: ConvolutionCache?
  ) -> ConvolutionCache {
    guard let input = given ?? saved?.input else {
      preconditionFailure("a unit that saves no input is given it again")
    }
    return input
  }

  /// Visits the convolution's parameter, then those of the normalisation.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try convolution.visitParameters(joined(path, names.convolution), body)
    try normalization.visitParameters(joined(path, names.normalization), body)
  }
}
