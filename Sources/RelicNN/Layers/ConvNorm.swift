/// A convolution, its batch normalisation and the activation after it.
///
/// The unit every encoder is made of. It carries the two names its parts have in torchvision.
public struct ConvNorm: Layer {
  /// What backward reads.
  public struct Cache: Sendable {
    let x: KeptTensor
    let z: KeptTensor
    /// The output, where a residual makes it impossible to compute from `z`.
    let y: KeptTensor?
    let mean: [Float]
    let inverseDeviation: [Float]

    var convolution: Conv2D.Cache { Conv2D.Cache(x: x.tensor) }
    var normalization: BatchNorm2D.Cache {
      BatchNorm2D.Cache(
        z: z.tensor, y: y?.tensor, mean: mean, inverseDeviation: inverseDeviation)
    }
  }

  private(set) var convolution: Conv2D
  private(set) var normalization: BatchNorm2D

  private let names: (convolution: String, normalization: String)
  private let keepsHalf: Bool

  /// Joins a convolution and a normalisation of its outputs under their names.
  ///
  /// - Parameters:
  ///   - convolution: The convolution.
  ///   - normalization: The normalisation of its outputs, and the activation.
  ///   - names: What torchvision calls the two.
  ///   - keepsHalf: Whether what the backward pass reads is held in 16 bits.
  public init(
    _ convolution: Conv2D, _ normalization: BatchNorm2D,
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

  mutating func callAsFunction(
    _ x: Tensor, adding residual: Tensor?, _ statistics: NormalizationStatistics
  ) -> Tensor {
    normalization(convolution(x, statistics), adding: residual, statistics)
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`, and keeps both parts' inputs.
  public mutating func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    forward(x, adding: nil, views: views)
  }

  package mutating func forward(
    _ x: Tensor, adding residual: Tensor?, views: Int
  ) -> (y: Tensor, cache: Cache) {
    let (z, convolved) = convolution.forward(x, views: views)
    let (y, normalized) = normalization.forward(z, adding: residual, views: views)
    let form = keepsHalf ? KeptTensor.Form.half : .whole
    let cache = Cache(
      x: KeptTensor(convolved.x, as: form), z: KeptTensor(normalized.z, as: form),
      y: normalized.y.map { KeptTensor($0, as: keepsHalf ? .signs : .whole) },
      mean: normalized.mean, inverseDeviation: normalized.inverseDeviation)
    return (y, cache)
  }

  /// Returns `dx` of the shape of the input for `dy` of the shape of the output.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    return backward(&gradient, cache)
  }

  /// Returns `dx`, and leaves in `dy` the gradient of the residual.
  package mutating func backward(_ dy: inout Tensor, _ cache: consuming Cache) -> Tensor {
    let dz = normalization.backward(&dy, cache.normalization)
    return convolution.backward(dz, cache.convolution)
  }

  /// Adds to the parameters' gradients alone, for a layer whose input needs none.
  package mutating func backwardParameters(
    _ dy: consuming Tensor, _ cache: consuming Cache
  ) {
    var gradient = dy
    let dz = normalization.backward(&gradient, cache.normalization)
    convolution.backwardWeight(dz, cache.convolution)
  }

  /// Visits the convolution's parameter, then those of the normalisation.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try convolution.visitParameters(joined(path, names.convolution), body)
    try normalization.visitParameters(joined(path, names.normalization), body)
  }
}
