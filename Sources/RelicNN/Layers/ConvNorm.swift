/// A convolution, its batch normalisation and the activation after it.
///
/// The unit every encoder is made of. It carries the two names its parts have in torchvision.
public struct ConvNorm: Layer {
  /// What backward reads.
  public struct Cache: Sendable {
    let convolution: Conv2D.Cache
    let normalization: BatchNorm2D.Cache
  }

  private(set) var convolution: Conv2D
  private(set) var normalization: BatchNorm2D

  private let names: (convolution: String, normalization: String)

  /// Joins a convolution and a normalisation of its outputs under their names.
  public init(
    _ convolution: Conv2D, _ normalization: BatchNorm2D,
    names: (convolution: String, normalization: String)
  ) {
    precondition(
      convolution.outputs == normalization.channels,
      "\(convolution.outputs) outputs, \(normalization.channels) normalised channels")
    self.convolution = convolution
    self.normalization = normalization
    self.names = names
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

  mutating func forward(
    _ x: Tensor, adding residual: Tensor?, views: Int
  ) -> (y: Tensor, cache: Cache) {
    let (z, convolved) = convolution.forward(x, views: views)
    let (y, normalized) = normalization.forward(z, adding: residual, views: views)
    return (y, Cache(convolution: convolved, normalization: normalized))
  }

  /// Returns `dx` of the shape of the input for `dy` of the shape of the output.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    return backward(&gradient, cache)
  }

  /// Returns `dx`, and leaves in `dy` the gradient of the residual.
  mutating func backward(_ dy: inout Tensor, _ cache: consuming Cache) -> Tensor {
    let dz = normalization.backward(&dy, cache.normalization)
    return convolution.backward(dz, cache.convolution)
  }

  /// Adds to the parameters' gradients alone, for a layer whose input needs none.
  mutating func backwardParameters(_ dy: consuming Tensor, _ cache: consuming Cache) {
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
