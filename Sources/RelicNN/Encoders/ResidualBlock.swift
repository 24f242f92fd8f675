/// Convolutions around which the input is added back: `y = relu(f(x) + shortcut(x))`.
///
/// He et al. 2015, figures 2 and 5; the stride of a bottleneck sits in its 3x3 convolution, as in
/// torchvision. The last convolution's normalisation adds the shortcut and rectifies.
package struct ResidualBlock: Layer {
  /// What backward reads.
  package struct Cache: Sendable {
    var convolutions: [ConvNorm.Cache]
    let shortcut: ConvNorm.Cache?
  }

  private(set) var convolutions: [ConvNorm]
  private(set) var shortcut: ConvNorm?

  /// Creates a block from its convolutions, in order, and a projection if the shape changes.
  public init(_ convolutions: [ConvNorm], shortcut: ConvNorm?) {
    precondition(!convolutions.isEmpty, "a residual block needs a convolution")
    self.convolutions = convolutions
    self.shortcut = shortcut
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var hidden = x
    let last = convolutions.count - 1
    for index in 0..<last { hidden = convolutions[index](hidden) }
    return convolutions[last](hidden, adding: shortcut?(x) ?? x)
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public mutating func forwardOnly(_ x: Tensor) -> Tensor {
    var hidden = x
    let last = convolutions.count - 1
    for index in 0..<last { hidden = convolutions[index].forwardOnly(hidden) }
    return convolutions[last].forwardOnly(hidden, adding: shortcut?.forwardOnly(x) ?? x)
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`, and
  /// the parts' caches.
  public mutating func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    var hidden = x
    var caches: [ConvNorm.Cache] = []
    let last = convolutions.count - 1
    for index in 0..<last {
      let (y, cache) = convolutions[index].forward(
        hidden, adding: nil, saving: savedInput(index))
      hidden = y
      caches.append(cache)
    }
    let input = caches.first?.x.map { ConvNorm.SavedInput.shared($0) } ?? .own
    let projected = shortcut?.forward(x, adding: nil, saving: input)
    let (y, cache) = convolutions[last].forward(
      hidden, adding: projected?.y ?? x, saving: savedInput(last))
    return (y, Cache(convolutions: caches + [cache], shortcut: projected?.cache))
  }

  /// In 16 bits, an inner input is made again from what the convolution before it has saved.
  private func savedInput(_ index: Int) -> ConvNorm.SavedInput {
    index > 0 && convolutions[index].precision.savesHalf ? .none : .own
  }

  /// Returns `dx` of the input's shape for `dy` of the output's.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var residual = dy
    var dx = Tensor(uninitialized: [0])
    for index in convolutions.indices.reversed() {
      let own = cache.convolutions.removeLast()
      let input =
        own.x == nil ? convolutions[index - 1].output(of: cache.convolutions[index - 1]) : nil
      dx =
        index == convolutions.count - 1
        ? convolutions[index].backward(&residual, own, input: input)
        : convolutions[index].backward(dx.taken(), own, input: input)
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
