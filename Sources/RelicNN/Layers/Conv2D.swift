/// A square two-dimensional convolution without bias (cross-correlation, as in PyTorch's `Conv2d`).
public struct Conv2D: Layer, Convolution {
  /// Shape `[kernel, kernel, inputs, outputs]`.
  public private(set) var weight: Parameter

  package let stride: Int
  let padding: Int

  package var kernel: Int { weight.value.shape[0] }
  package var inputs: Int { weight.value.shape[2] }
  /// Channels of the output.
  public var outputs: Int { weight.value.shape[3] }

  /// Creates a layer from a weight of shape `[kernel, kernel, inputs, outputs]`.
  public init(weight: Tensor, stride: Int = 1, padding: Int = 0) {
    precondition(
      weight.shape.count == 4 && weight.shape[0] == weight.shape[1],
      "a square kernel is [k, k, inputs, outputs], not \(weight.shape)")
    precondition(
      stride > 0 && padding >= 0 && padding < weight.shape[0],
      "cannot slide a kernel of \(weight.shape[0]) by \(stride) with padding \(padding)")
    self.weight = Parameter(weight, role: .convolutionWeight)
    self.stride = stride
    self.padding = padding
  }

  /// Creates a layer with He's normal initialisation over the fan-out, as torchvision's ResNet.
  public init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    using generator: inout Philox
  ) {
    let deviation = (2 / Float(outputs * kernel * kernel)).squareRoot()
    let shape = [kernel, kernel, inputs, outputs]
    self.init(
      weight: Tensor(normal: shape, deviation: deviation, using: &generator), stride: stride,
      padding: padding)
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x) { _ in } }

  /// Returns `[…, outHeight, outWidth, outputs]`, and calls `finish` on ranges of its pixels.
  package func callAsFunction(
    _ x: Tensor, finish: (borrowing FinishedPixels) -> Void
  ) -> Tensor {
    products(x.shape).output(x, weight: weight.value, finish: finish)
  }

  package func takesBFloat16(_ shape: [Int]) -> Bool {
    let pairs = ChannelPairs(inputs: inputs)
    return products(pairs.shape(shape), pairs).takesBFloat16
  }

  /// Returns the output of an input in either form, and adds its pixels to the moments.
  package func output(
    _ x: borrowing ConvolutionCache, moments: borrowing BatchMoments
  ) -> ConvolutionOutput {
    switch x.content {
    case .floats(let x): return .floats(self(x) { moments.add($0) })
    case .rounded(let x):
      let pairs = ChannelPairs(inputs: inputs)
      return .half(
        products(x.shape, pairs).output(x, weight: pairs.weight(weight.value), moments: moments))
    }
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape
  /// `[…, height, width, inputs]`, and saves `x`.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: ConvolutionCache) {
    (self(x), ConvolutionCache(x))
  }

  /// Returns `dx` of shape `[…, height, width, inputs]` for `dy` of shape
  /// `[…, outHeight, outWidth, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming ConvolutionCache)
    -> Tensor
  {
    let isRounded = cache.isRounded
    return backward(ConvolutionCache(dy).converted(isRounded: isRounded), cache, addedTo: nil)
  }

  /// The same for `dy` in the input's form; `dx` is added to a sum of its shape if there is one.
  package mutating func backward(
    _ dy: consuming ConvolutionCache, _ cache: consuming ConvolutionCache,
    addedTo sum: consuming Tensor?
  ) -> Tensor {
    guard case .rounded(let rounded) = dy.content, case .rounded(let x) = cache.content else {
      let (dy, x, products) = (dy.floats, cache.floats, products(cache.shape))
      weight.accumulate(products.weightGradient(x: x, dy: dy))
      var dx = products.inputGradient(dy, weight: weight.value)
      if let sum = consume sum { dx.add(sum) }
      return dx
    }
    precondition(inputs % 2 == 0, "\(inputs) channels make no pairs")
    let products = products(x.shape)
    weight.accumulate(products.weightGradient(x: x, dy: rounded))
    return products.inputGradient(rounded, weight: weight.value, addedTo: consume sum)
  }

  /// Adds to the weight's gradient alone, for a layer whose input needs none.
  package mutating func backwardWeight(
    _ dy: borrowing ConvolutionCache, _ cache: borrowing ConvolutionCache
  ) {
    guard case .rounded(let rounded) = dy.content, case .rounded(let x) = cache.content else {
      let products = products(cache.shape)
      return weight.accumulate(products.weightGradient(x: cache.floats, dy: dy.floats))
    }
    let pairs = ChannelPairs(inputs: inputs)
    let gradient = products(x.shape, pairs).weightGradient(x: x, dy: rounded)
    weight.accumulate(pairs.gradient(gradient))
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `[…, height, width, inputs]`.
  public func outputShape(_ shape: [Int]) -> [Int] { products(shape).outputShape }

  private func products(_ shape: [Int], _ pairs: ChannelPairs? = nil) -> ConvolutionProducts {
    ConvolutionProducts(
      input: shape, weight: pairs?.weightShape(weight.value.shape) ?? weight.value.shape,
      stride: stride, padding: padding)
  }
}
