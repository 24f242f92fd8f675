/// The maximum over square windows, PyTorch's `MaxPool2d`.
public struct MaxPool2D: Layer {
  /// Which tap of its window held each maximum.
  public struct Cache: Sendable {
    let taps: MaxPooling.Taps
    let inputShape: [Int]
  }

  package let kernel: Int
  package let stride: Int
  let padding: Int

  /// Creates a layer; positions outside the image never win.
  public init(kernel: Int, stride: Int, padding: Int) {
    precondition(
      kernel > 0 && kernel < 16 && stride > 0 && padding <= kernel / 2,
      "cannot slide a window of \(kernel) by \(stride) with padding \(padding)")
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape
  /// `[…, height, width, channels]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { forward(x).y }

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape
  /// `[…, height, width, channels]`.
  func callAsFunction(_ x: BFloat16Tensor) -> BFloat16Tensor { pooling(x.shape).maxima(of: x) }

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape
  /// `[…, height, width, channels]`, and saves where the maxima were.
  public func forward(_ x: Tensor) -> (y: Tensor, cache: Cache) {
    let (y, taps) = pooling(x.shape).maxima(of: x)
    return (y, Cache(taps: taps, inputShape: x.shape))
  }

  /// Returns `dx` of the shape of the input: each `dy` goes where its maximum was.
  public func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    pooling(cache.inputShape).inputGradient(dy, cache.taps)
  }

  /// Visits nothing.
  public func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}

  /// Returns `[…, outHeight, outWidth, channels]` for `[…, height, width, channels]`.
  func outputShape(_ shape: [Int]) -> [Int] { pooling(shape).outputShape }

  private func pooling(_ shape: [Int]) -> MaxPooling {
    MaxPooling(shape, kernel: kernel, stride: stride, padding: padding)
  }
}
