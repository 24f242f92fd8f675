/// A fully connected layer without bias, `y = x · Wᵀ`.
public struct Linear: Layer {
  /// The input, shape `[…, inputs]`.
  public struct Cache: Sendable {
    let x: Tensor
  }

  /// Shape `[outputs, inputs]`.
  public private(set) var weight: Parameter

  private let precision: TrainingPrecision

  /// Creates a layer from a weight of shape `[outputs, inputs]`; `precision` says what training
  /// multiplies.
  public init(weight: Tensor, precision: TrainingPrecision = .float32) {
    self.precision = precision
    precondition(weight.shape.count == 2, "a weight is [outputs, inputs], not \(weight.shape)")
    self.weight = Parameter(weight, role: .weight)
  }

  /// Creates a layer with weights uniform in ±1/√inputs, as `torch.nn.Linear`.
  public init(
    inputs: Int, outputs: Int, precision: TrainingPrecision = .float32,
    using generator: inout Philox
  ) {
    let bound = 1 / Float(inputs).squareRoot()
    self.init(
      weight: Tensor(uniform: [outputs, inputs], bound: bound, using: &generator),
      precision: precision)
  }

  /// Returns `[…, outputs]` for `x` of shape `[…, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    output(matmul(rows(x), weight.value, transposingB: true), for: x)
  }

  /// Returns `[…, outputs]` for `x` of shape `[…, inputs]`, and saves `x`.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    (output(product(rows(x), weight.value, transposingB: true), for: x), Cache(x: x))
  }

  /// Returns `dx` of shape `[…, inputs]` for `dy` of shape `[…, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    let gradient = rows(dy)
    weight.accumulate(product(gradient, rows(cache.x), transposingA: true))  // dW = dyᵀ · x
    return product(gradient, weight.value).reshaped(cache.x.shape)  // dx = dy · W
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }

  /// Returns the product that training takes.
  private func product(
    _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false
  ) -> Tensor {
    precision == .bfloat16
      ? BFloat16Product.multiply(a, b, transposingA: transposingA, transposingB: transposingB)
      : matmul(a, b, transposingA: transposingA, transposingB: transposingB)
  }

  private func output(_ matrix: Tensor, for x: Tensor) -> Tensor {
    matrix.reshaped(x.shape.dropLast() + [weight.value.shape[0]])
  }

  /// Returns a tensor as a matrix whose rows are its last axis.
  private func rows(_ tensor: Tensor) -> Tensor {
    let width = tensor.shape.last ?? 1
    return tensor.reshaped([tensor.count / max(width, 1), width])
  }
}
