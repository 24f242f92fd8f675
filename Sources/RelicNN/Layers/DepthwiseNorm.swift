/// A depthwise convolution, its batch normalisation and the activation after it.
struct DepthwiseNorm: Layer {
  /// What backward reads.
  struct Cache: Sendable {
    let x: KeptTensor
    let z: KeptTensor
    let mean: [Float]
    let inverseDeviation: [Float]
  }

  private var convolution: DepthwiseConv2D
  private var normalization: BatchNorm2D
  private let form: KeptTensor.Form

  init(_ convolution: DepthwiseConv2D, _ normalization: BatchNorm2D, keepsHalf: Bool) {
    precondition(
      convolution.channels == normalization.channels,
      "\(convolution.channels) outputs, \(normalization.channels) normalised channels")
    self.convolution = convolution
    self.normalization = normalization
    form = keepsHalf ? .half : .whole
  }

  mutating func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    normalization(convolution(x, statistics), statistics)
  }

  mutating func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    let (z, convolved) = convolution.forward(x, views: views)
    let (y, normalized) = normalization.forward(z, views: views)
    let cache = Cache(
      x: KeptTensor(convolved.x, as: form), z: KeptTensor(normalized.z, as: form),
      mean: normalized.mean, inverseDeviation: normalized.inverseDeviation)
    return (y, cache)
  }

  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    let normalized = BatchNorm2D.Cache(
      z: cache.z.tensor, y: nil, mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    let dz = normalization.backward(dy, normalized)
    return convolution.backward(dz, DepthwiseConv2D.Cache(x: cache.x.tensor))
  }

  /// Visits the convolution as `0` and the normalisation as `1`, torchvision's names.
  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try convolution.visitParameters(joined(path, "0"), body)
    try normalization.visitParameters(joined(path, "1"), body)
  }
}
