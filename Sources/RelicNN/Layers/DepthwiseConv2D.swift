/// A convolution of every channel with a square kernel of its own, PyTorch's `Conv2d` with as many
/// groups as channels, without bias.
public struct DepthwiseConv2D: Layer, Convolution {
  /// Shape `[kernel, kernel, 1, channels]`.
  public private(set) var weight: Parameter

  package let stride: Int
  package var kernel: Int { weight.value.shape[0] }

  /// Channels of the output, as many as of the input.
  public var outputs: Int { weight.value.shape[3] }

  /// Creates a layer from a weight of shape `[kernel, kernel, 1, channels]`, padded by half the
  /// kernel.
  public init(weight: Tensor, stride: Int = 1) {
    precondition(
      weight.shape.count == 4 && weight.shape[0] == weight.shape[1] && weight.shape[2] == 1,
      "a depthwise kernel is [k, k, 1, channels], not \(weight.shape)")
    precondition(stride > 0, "cannot slide a kernel by \(stride)")
    self.weight = Parameter(weight, role: .convolutionWeight)
    self.stride = stride
  }

  /// Creates a layer with He's normal initialisation over the fan-out as torchvision counts it:
  /// channels times taps.
  public init(channels: Int, kernel: Int, stride: Int = 1, using generator: inout Philox) {
    let deviation = (2 / Float(channels * kernel * kernel)).squareRoot()
    let shape = [kernel, kernel, 1, channels]
    self.init(
      weight: Tensor(normal: shape, deviation: deviation, using: &generator), stride: stride)
  }

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape `[…, height, width, channels]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x) { _ in } }

  /// Returns `[…, outHeight, outWidth, channels]`, and calls `finish` on the pixels of every image.
  package func callAsFunction(
    _ x: Tensor, finish: (borrowing FinishedPixels) -> Void
  ) -> Tensor {
    products(x.shape).output(x, weight: weight.value, finish: finish)
  }

  /// There are no products of matrices in it.
  package func takesBFloat16(_ shape: [Int]) -> Bool { false }

  /// Returns the output of an input in either form, and adds its pixels to the moments.
  package func output(
    _ x: borrowing ConvolutionCache, moments: borrowing BatchMoments
  ) -> ConvolutionOutput {
    .floats(self(x.floats) { moments.add($0) })
  }

  /// Returns `[…, outHeight, outWidth, channels]` for `[…, height, width, channels]`.
  public func outputShape(_ shape: [Int]) -> [Int] { products(shape).outputShape }

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape
  /// `[…, height, width, channels]`, and saves `x`.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: ConvolutionCache) {
    (self(x), ConvolutionCache(x))
  }

  /// Returns `dx` of shape `[…, height, width, channels]` for `dy` of shape
  /// `[…, outHeight, outWidth, channels]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming ConvolutionCache)
    -> Tensor
  {
    backwardWeight(ConvolutionCache(copy dy), cache)
    return products(cache.shape).inputGradient(dy, weight: weight.value)
  }

  /// The same; `dx` is added to a sum of its shape if there is one.
  package mutating func backward(
    _ dy: consuming ConvolutionCache, _ cache: consuming ConvolutionCache,
    addedTo sum: consuming Tensor?
  ) -> Tensor {
    var dx = backward(dy.floats, cache)
    if let sum = consume sum { dx.add(sum) }
    return dx
  }

  /// Adds to the weight's gradient alone, for a layer whose input needs none.
  package mutating func backwardWeight(
    _ dy: borrowing ConvolutionCache, _ cache: borrowing ConvolutionCache
  ) {
    weight.accumulate(products(cache.shape).weightGradient(x: cache.floats, dy: dy.floats))
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }

  private func products(_ shape: [Int]) -> DepthwiseProducts {
    DepthwiseProducts(input: shape, weight: weight.value.shape, stride: stride)
  }
}
