/// What the products of a convolution multiply: its input, `[…, height, width, inputs]`, which the
/// backward pass reads again, or the gradient of its output.
public struct ConvolutionCache: Sendable {
  enum Content: Sendable {
    case floats(Tensor)
    case rounded(BFloat16Tensor)
  }

  let content: Content

  init(_ x: Tensor) { content = .floats(x) }

  init(_ x: BFloat16Tensor) { content = .rounded(x) }

  var shape: [Int] {
    switch content {
    case .floats(let x): x.shape
    case .rounded(let x): x.shape
    }
  }

  /// Whether it is held in bfloat16.
  var isRounded: Bool {
    if case .rounded = content { return true }
    return false
  }

  /// The input in single precision.
  var floats: Tensor {
    switch content {
    case .floats(let x): x
    case .rounded(let x): x.tensor
    }
  }

  /// The input as floats, or as bfloat16 numbers.
  func converted(isRounded: Bool) -> ConvolutionCache {
    switch (content, isRounded) {
    case (.floats(let x), true): ConvolutionCache(BFloat16Tensor(x))
    case (.rounded(let x), false): ConvolutionCache(x.tensor)
    case (.floats, false), (.rounded, true): self
    }
  }
}
