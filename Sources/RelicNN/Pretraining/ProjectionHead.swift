/// The critic: `Linear → ReLU → Linear` without biases, the reference's `MLPHead`.
public struct ProjectionHead: Layer {
  /// What backward reads.
  public struct Cache: Sendable {
    let first: Linear.Cache
    let activation: ReLU.Cache
    let second: Linear.Cache
  }

  private var first: Linear
  private let activation = ReLU()
  private var second: Linear

  /// Creates a head from weights `[hidden, inputs]` and `[outputs, hidden]`.
  public init(first: Linear, second: Linear) {
    self.first = first
    self.second = second
  }

  /// Creates a head with PyTorch's default initialisation.
  public init(
    inputs: Int, hidden: Int, outputs: Int, precision: TrainingPrecision = .float32,
    using generator: inout Philox
  ) {
    first = Linear(inputs: inputs, outputs: hidden, precision: precision, using: &generator)
    second = Linear(inputs: hidden, outputs: outputs, precision: precision, using: &generator)
  }

  /// Returns `[…, outputs]` for `x` of shape `[…, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    second(activation(first(x)))
  }

  /// Returns `[…, outputs]` for `x` of shape `[…, inputs]`, and the parts' caches.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    let (hidden, firstCache) = first.forward(x)
    let (active, activationCache) = activation.forward(hidden)
    let (y, secondCache) = second.forward(active)
    return (y, Cache(first: firstCache, activation: activationCache, second: secondCache))
  }

  /// Returns `dx` of shape `[…, inputs]` for `dy` of shape `[…, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    let dActive = second.backward(dy, cache.second)
    return first.backward(activation.backward(dActive, cache.activation), cache.first)
  }

  /// Visits `block.0.weight` and `block.2.weight`, the reference's names.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try first.visitParameters(joined(path, "block.0"), body)
    try second.visitParameters(joined(path, "block.2"), body)
  }
}
