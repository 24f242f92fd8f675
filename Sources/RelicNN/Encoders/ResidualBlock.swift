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

  /// Returns the forms in which training reads an input of a shape.
  func inputForms(_ shape: [Int]) -> NormalizedOutput.Forms {
    [convolutions[0].inputForm(shape), addedForm(shape)]
  }

  func outputShape(_ shape: [Int]) -> [Int] {
    convolutions.reduce(shape) { $1.convolution.outputShape($0) }
  }

  /// Returns the form in which the convolution after this one reads its output for a shape.
  private func form(after index: Int, _ shape: [Int]) -> NormalizedOutput.Forms {
    convolutions[index + 1].inputForm(convolutions[index].convolution.outputShape(shape))
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  public mutating func forwardOnly(_ x: Tensor) -> Tensor {
    forwardOnly(FeatureMap(x), as: .floats).floats
  }

  /// The same in the forms that are read next.
  mutating func forwardOnly(_ x: FeatureMap, as forms: NormalizedOutput.Forms) -> FeatureMap {
    var hidden = x
    let last = convolutions.count - 1
    for index in 0..<last {
      let form = form(after: index, hidden.shape)
      hidden = convolutions[index].forwardOnly(hidden, adding: nil, as: form)
    }
    let form = addedForm(x.shape)
    let residual = shortcut?.forwardOnly(x, adding: nil, as: form) ?? x
    return convolutions[last].forwardOnly(hidden, adding: residual, as: forms)
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`, and
  /// the parts' caches.
  public mutating func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    let (y, cache) = forward(FeatureMap(x), as: .floats)
    return (y.floats, cache)
  }

  /// The same in the forms that are read next.
  mutating func forward(
    _ x: FeatureMap, as forms: NormalizedOutput.Forms
  ) -> (y: FeatureMap, cache: Cache) {
    var hidden = x
    var caches: [ConvNorm.Cache] = []
    let last = convolutions.count - 1
    for index in 0..<last {
      let (y, cache) = convolutions[index].forward(
        hidden, adding: nil, saving: savedInput(index), as: form(after: index, hidden.shape))
      hidden = y
      caches.append(cache)
    }
    let input = caches.first?.x.map { ConvNorm.SavedInput.shared($0) } ?? .own
    let form = addedForm(x.shape)
    let projected = shortcut?.forward(x, adding: nil, saving: input, as: form)
    let (y, cache) = convolutions[last].forward(
      hidden, adding: projected?.y ?? x, saving: savedInput(last), as: forms)
    return (y, Cache(convolutions: caches + [cache], shortcut: projected?.cache))
  }

  /// Returns the form in which what the shortcut makes of an input is added.
  private func addedForm(_ shape: [Int]) -> NormalizedOutput.Forms {
    shortcut?.inputForm(shape) ?? []
  }

  /// In 16 bits, an inner input is made again from what the convolution before it has saved.
  private func savedInput(_ index: Int) -> ConvNorm.SavedInput {
    index > 0 && convolutions[index].precision.savesHalf ? .none : .own
  }

  /// Returns `dx` of the input's shape for `dy` of the output's.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var residual = consume dy
    let last = convolutions.count - 1
    let (own, input) = taken(last, &cache)
    var dx = convolutions[last].backward(&residual, own, input: input)
    for index in (0..<last).reversed() {
      let (own, input) = taken(index, &cache)
      // What is added to the gradient is added where that is made.
      dx = convolutions[index].backward(
        dx.taken(), own, input: input,
        addedTo: index == 0 && cache.shortcut == nil ? residual.taken() : nil)
    }
    if let projected = cache.shortcut {
      return projectedGradient(residual.taken(), projected, addedTo: dx.taken())
    }
    if last == 0 { dx.add(residual) }
    return dx
  }

  /// Returns `dx` of the shortcut's projection, added to a sum.
  private mutating func projectedGradient(
    _ dy: consuming Tensor, _ cache: consuming ConvNorm.Cache, addedTo sum: consuming Tensor
  ) -> Tensor {
    guard let dx = shortcut?.backward(dy, cache, input: nil, addedTo: sum) else {
      preconditionFailure("the cache of a projection that is not there")
    }
    return dx
  }

  /// Takes the cache of a convolution, the last there is, and returns it with its input if that was not
  /// saved.
  private func taken(
    _ index: Int, _ cache: inout Cache
  ) -> (own: ConvNorm.Cache, input: ConvolutionCache?) {
    let own = cache.convolutions.removeLast()
    guard own.x == nil else { return (own, nil) }
    let before = cache.convolutions[index - 1]
    let isRounded = convolutions[index].takesBFloat16(before.z.shape)
    return (own, convolutions[index - 1].output(of: before, isRounded: isRounded))
  }

  /// Visits the convolutions, then the shortcut as `downsample`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    for index in convolutions.indices { try convolutions[index].visitParameters(path, body) }
    try shortcut?.visitParameters(joined(path, "downsample"), body)
  }
}
