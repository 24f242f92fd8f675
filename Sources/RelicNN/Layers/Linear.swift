/// A fully connected layer without bias, `y = x · Wᵀ`.
public struct Linear: Layer {
  /// The input, shape `[batch, inputs]`.
  public struct Cache: Sendable {
    let x: Tensor
  }

  /// Shape `[outputs, inputs]`.
  public private(set) var weight: Parameter

  /// Creates a layer from a weight of shape `[outputs, inputs]`.
  public init(weight: Tensor) {
    precondition(weight.shape.count == 2, "a weight is [outputs, inputs], not \(weight.shape)")
    self.weight = Parameter(weight, role: .weight)
  }

  /// Creates a layer with weights uniform in ±1/√inputs, as `torch.nn.Linear`.
  public init(inputs: Int, outputs: Int, using generator: inout Philox) {
    let bound = 1 / Float(inputs).squareRoot()
    self.init(weight: Tensor(uniform: [outputs, inputs], bound: bound, using: &generator))
  }

  /// Returns `[batch, outputs]` for `x` of shape `[batch, inputs]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    matmul(x, weight.value, transposingB: true)
  }

  /// Returns `[batch, outputs]` for `x` of shape `[batch, inputs]`, and keeps `x`.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    (self(x, .batch(views: views)), Cache(x: x))
  }

  /// Returns `dx` of shape `[batch, inputs]` for `dy` of shape `[batch, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    weight.accumulate(matmul(dy, cache.x, transposingA: true))  // dW = dyᵀ · x
    return matmul(dy, weight.value)  // dx = dy · W
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }
}
