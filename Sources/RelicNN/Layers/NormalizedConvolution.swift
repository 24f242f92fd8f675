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
        z: z.tensor, y: y?.tensor, mean: mean, inverseDeviation: inverseDeviation)
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

  private let names: (convolution: String, normalization: String)
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

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public mutating func forwardOnly(_ x: Tensor) -> Tensor { forwardOnly(x, adding: nil) }

  /// The same, with a residual of the output's shape added before the activation.
  ///
  /// The convolution's outputs are normalised in place when all have been seen.
  mutating func forwardOnly(_ x: Tensor, adding residual: Tensor?) -> Tensor {
    let moments = BatchMoments(of: convolution.outputShape(x.shape))
    let operand = convolution.operand(ConvolutionCache(x), precision)
    var z = convolution(operand) { moments.add($0) }
    normalization.normalization(moments).normalize(&z, adding: residual)
    return z
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
    forward(x, adding: residual, saving: .own)
  }

  /// The same; `input` says what is saved of `x`.
  mutating func forward(
    _ x: Tensor, adding residual: Tensor?, saving input: SavedInput
  ) -> (y: Tensor, cache: Cache) {
    let moments = BatchMoments(of: convolution.outputShape(x.shape))
    let operand = operand(x, input)
    let z = convolution(operand) { moments.add($0) }
    let (y, normalized) = normalization.forward(z, adding: residual, moments)
    let form = precision.savesHalf ? SavedActivation.Form.half : .whole
    let saved: SavedActivation? =
      switch input {
      case .own: SavedActivation(operand, as: form)
      case .shared(let saved): saved
      case .none: nil
      }
    let cache = Cache(
      x: saved, z: SavedActivation(normalized.z, as: savedForm(of: normalized)),
      y: normalized.y.map { SavedActivation($0, as: precision.savesHalf ? .signs : .whole) },
      mean: normalized.mean, inverseDeviation: normalized.inverseDeviation)
    return (y, cache)
  }

  /// What the convolution multiplies of an input: what is saved of it, if that is rounded as this does.
  private func operand(_ x: Tensor, _ input: SavedInput) -> ConvolutionCache {
    if case .shared(let saved) = input, saved.isRounded {
      return convolution.operand(saved.input, precision)
    }
    return convolution.operand(ConvolutionCache(x), precision)
  }

  /// How `z` is saved: where a mask is made from it again, such that it is the forward pass's.
  private func savedForm(of cache: BatchNorm2D.Cache) -> SavedActivation.Form {
    guard precision.savesHalf else { return .whole }
    guard normalization.activation == .relu && cache.y == nil else { return .half }
    return .halfRectified(
      normalization.normalization(mean: cache.mean, inverseDeviation: cache.inverseDeviation))
  }

  /// Returns the output of a forward pass without a residual again, from what it saved.
  func output(of cache: Cache) -> Tensor {
    let normalization = normalization.normalization(
      mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    var y = cache.z.tensor
    normalization.normalize(&y, adding: nil)
    return y
  }

  /// Returns `dx` of the input's shape for `dy` of the output's.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    backward(dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not save.
  mutating func backward(
    _ dy: consuming Tensor, _ cache: consuming Cache, input: Tensor?
  ) -> Tensor {
    let x = cache.x
    let dz = normalization.backward(dy, cache.normalization)
    return convolution.backward(dz, self.input(x, input))
  }

  /// Returns `dx`, and leaves in `dy` the gradient of the residual.
  package mutating func backward(_ dy: inout Tensor, _ cache: consuming Cache) -> Tensor {
    backward(&dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not save.
  mutating func backward(
    _ dy: inout Tensor, _ cache: consuming Cache, input: Tensor?
  ) -> Tensor {
    let x = cache.x
    let dz = normalization.backward(&dy, cache.normalization)
    return convolution.backward(dz, self.input(x, input))
  }

  /// Adds to the parameters' gradients alone, for a layer whose input needs none.
  package mutating func backwardParameters(
    _ dy: consuming Tensor, _ cache: consuming Cache
  ) {
    let dz = normalization.backward(dy, cache.normalization)
    convolution.backwardWeight(dz, input(cache.x, nil))
  }

  private func input(_ saved: SavedActivation?, _ given: Tensor?) -> ConvolutionCache {
    guard let input = given.map({ ConvolutionCache($0) }) ?? saved?.input else {
      preconditionFailure("a unit that saves no input is given it again")
    }
    return convolution.operand(input, precision)
  }

  /// Visits the convolution's parameter, then those of the normalisation.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try convolution.visitParameters(joined(path, names.convolution), body)
    try normalization.visitParameters(joined(path, names.normalization), body)
  }
}
