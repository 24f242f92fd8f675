/// A full convolution, its batch normalisation and the activation after it.
public typealias ConvNorm = NormalizedConvolution<Conv2D>

/// A depthwise convolution, its batch normalisation and the activation after it.
typealias DepthwiseNorm = NormalizedConvolution<DepthwiseConv2D>

/// A convolution, its batch normalisation and the activation after it.
///
/// The unit every encoder is made of. It carries the two names its parts have in torchvision.
public struct NormalizedConvolution<Kernel: Convolution>: Layer {
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

  /// What a forward pass keeps of its input.
  enum InputKeeping {
    case own
    /// What another unit of the same input keeps.
    case shared(SavedActivation)
    /// Nothing: backward is given the input again.
    case none
  }

  private(set) var convolution: Kernel
  private(set) var normalization: BatchNorm2D

  private let names: (convolution: String, normalization: String)
  let keepsHalf: Bool

  /// Joins a convolution and a normalisation of its outputs under their names.
  ///
  /// - Parameters:
  ///   - convolution: The convolution.
  ///   - normalization: The normalisation of its outputs, and the activation.
  ///   - names: What torchvision calls the two.
  ///   - keepsHalf: Whether what the backward pass reads is held in 16 bits.
  public init(
    _ convolution: Kernel, _ normalization: BatchNorm2D,
    names: (convolution: String, normalization: String), keepsHalf: Bool = false
  ) {
    precondition(
      convolution.outputs == normalization.channels,
      "\(convolution.outputs) outputs, \(normalization.channels) normalised channels")
    self.convolution = convolution
    self.normalization = normalization
    self.names = names
    self.keepsHalf = keepsHalf
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`.
  public mutating func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor
  {
    self(x, adding: nil, statistics)
  }

  /// The same, with a residual of the output's shape added before the activation.
  ///
  /// The convolution's outputs are normalised in place: by running averages as soon as they are
  /// there, by those of the batch when all have been seen.
  mutating func callAsFunction(
    _ x: Tensor, adding residual: Tensor?, _ statistics: NormalizationStatistics
  ) -> Tensor {
    switch statistics {
    case .running:
      let running = normalization.runningNormalization
      running.check(residual, count: convolution.outputShape(x.shape).reduce(1, *))
      return convolution(x) { running.normalize($0, adding: residual) }
    case .batch(let views):
      let moments = outputMoments(x, views: views)
      var z = convolution(x) { moments.add($0) }
      normalization.normalization(moments).normalize(&z, adding: residual)
      return z
    }
  }

  /// Returns what gathers the moments of the convolution's output.
  private func outputMoments(_ x: Tensor, views: Int) -> BatchMoments {
    let shape = convolution.outputShape(x.shape)
    return BatchMoments(
      rows: shape.dropLast().reduce(1, *), channels: convolution.outputs, views: views)
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`, and keeps both parts' inputs.
  public mutating func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    forward(x, adding: nil, views: views)
  }

  package mutating func forward(
    _ x: Tensor, adding residual: Tensor?, views: Int
  ) -> (y: Tensor, cache: Cache) {
    forward(x, adding: residual, views: views, keeping: .own)
  }

  mutating func forward(
    _ x: Tensor, adding residual: Tensor?, views: Int, keeping input: InputKeeping
  ) -> (y: Tensor, cache: Cache) {
    let moments = outputMoments(x, views: views)
    let z = convolution(x) { moments.add($0) }
    let (y, normalized) = normalization.forward(z, adding: residual, moments)
    let form = keepsHalf ? SavedActivation.Form.half : .whole
    let kept: SavedActivation? =
      switch input {
      case .own: SavedActivation(x, as: form)
      case .shared(let kept): kept
      case .none: nil
      }
    let cache = Cache(
      x: kept, z: SavedActivation(normalized.z, as: form),
      y: normalized.y.map { SavedActivation($0, as: keepsHalf ? .signs : .whole) },
      mean: normalized.mean, inverseDeviation: normalized.inverseDeviation)
    return (y, cache)
  }

  /// Returns the output of a forward pass without a residual again, from what it kept.
  func output(of cache: Cache) -> Tensor {
    let normalization = normalization.normalization(
      mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    var y = cache.z.tensor
    normalization.normalize(&y, adding: nil)
    return y
  }

  /// Returns `dx` of the shape of the input for `dy` of the shape of the output.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    backward(dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not keep.
  mutating func backward(
    _ dy: consuming Tensor, _ cache: consuming Cache, input: Tensor?
  ) -> Tensor {
    let x = cache.x
    let dz = normalization.backward(dy, cache.normalization)
    return convolution.backward(dz, Self.kept(x, input))
  }

  /// Returns `dx`, and leaves in `dy` the gradient of the residual.
  package mutating func backward(_ dy: inout Tensor, _ cache: consuming Cache) -> Tensor {
    backward(&dy, cache, input: nil)
  }

  /// The same; `input` is what the forward pass did not keep.
  mutating func backward(
    _ dy: inout Tensor, _ cache: consuming Cache, input: Tensor?
  ) -> Tensor {
    let x = cache.x
    let dz = normalization.backward(&dy, cache.normalization)
    return convolution.backward(dz, Self.kept(x, input))
  }

  /// Adds to the parameters' gradients alone, for a layer whose input needs none.
  package mutating func backwardParameters(
    _ dy: consuming Tensor, _ cache: consuming Cache
  ) {
    let dz = normalization.backward(dy, cache.normalization)
    convolution.backwardWeight(dz, Self.kept(cache.x, nil))
  }

  private static func kept(_ x: SavedActivation?, _ input: Tensor?) -> ConvolutionCache {
    guard let input = input ?? x?.tensor else {
      preconditionFailure("a unit that keeps no input is given it again")
    }
    return ConvolutionCache(x: input)
  }

  /// Visits the convolution's parameter, then those of the normalisation.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try convolution.visitParameters(joined(path, names.convolution), body)
    try normalization.visitParameters(joined(path, names.normalization), body)
  }
}
