/// Convolutions around which the input is added back: `y = relu(f(x) + shortcut(x))`.
///
/// He et al. 2015, figures 2 and 5; the stride of a bottleneck sits in its 3x3 convolution, as in
/// torchvision. The last convolution's normalisation adds the shortcut and rectifies.
public struct ResidualBlock: Layer {
  /// What backward reads.
  public struct Cache: Sendable {
    var convolutions: [ConvNorm.Cache]
    let shortcut: ConvNorm.Cache?
  }

  private var convolutions: [ConvNorm]
  private var shortcut: ConvNorm?

  /// Creates a block from its convolutions, in order, and a projection if the shape changes.
  public init(_ convolutions: [ConvNorm], shortcut: ConvNorm?) {
    precondition(!convolutions.isEmpty, "a residual block needs a convolution")
    self.convolutions = convolutions
    self.shortcut = shortcut
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`.
  public mutating func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor
  {
    var hidden = x
    let last = convolutions.count - 1
    for index in 0..<last { hidden = convolutions[index](hidden, statistics) }
    let residual = shortcut?(x, statistics) ?? x
    return convolutions[last](hidden, adding: residual, statistics)
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`, and keeps the parts' caches.
  public mutating func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    var hidden = x
    var caches: [ConvNorm.Cache] = []
    let last = convolutions.count - 1
    for index in 0..<last {
      let (y, cache) = convolutions[index].forward(hidden, views: views)
      hidden = y
      caches.append(cache)
    }
    let projected = shortcut?.forward(x, views: views)
    let (y, cache) = convolutions[last].forward(hidden, adding: projected?.y ?? x, views: views)
    return (y, Cache(convolutions: caches + [cache], shortcut: projected?.cache))
  }

  /// Returns `dx` of the shape of the input for `dy` of the shape of the output.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var residual = dy
    var dx = convolutions[convolutions.count - 1].backward(
      &residual, cache.convolutions.removeLast())
    for index in convolutions.indices.dropLast().reversed() {
      dx = convolutions[index].backward(dx.taken(), cache.convolutions.removeLast())
    }
    if let projected = cache.shortcut {
      dx.add(shortcut?.backward(residual.taken(), projected) ?? residual)
    } else {
      dx.add(residual)
    }
    return dx
  }

  /// Visits the convolutions, then the shortcut as `downsample`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    for index in convolutions.indices { try convolutions[index].visitParameters(path, body) }
    try shortcut?.visitParameters(joined(path, "downsample"), body)
  }
}
