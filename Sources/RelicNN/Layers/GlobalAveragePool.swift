/// The mean over height and width, torchvision's `avgpool` and `flatten`.
public struct GlobalAveragePool: Layer {
  /// The shape of the input.
  public struct Cache: Sendable {
    let inputShape: [Int]
  }

  /// Creates a layer without parameters.
  public init() {}

  /// Returns `[…, channels]` for `x` of shape `[…, height, width, channels]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    MeanPooling.means(of: x)
  }

  /// Returns `[…, channels]` for `x` of shape `[…, height, width, channels]`.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    (self(x), Cache(inputShape: x.shape))
  }

  /// Returns `dx` of the shape of the input: `dy / pixels` at every pixel.
  public func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    MeanPooling.inputGradient(dy, inputShape: cache.inputShape)
  }

  /// Visits nothing.
  public func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}
}
