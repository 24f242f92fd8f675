/// A tensor between its forward and its backward pass.
struct SavedActivation: Sendable {
  /// How much of a tensor is saved.
  enum Form: Sendable {
    /// All of it, shared with whoever else holds it.
    case whole
    /// Rounded to IEEE binary16.
    case half
    /// The same, but a normalisation's rectifier opens where it did before rounding.
    case halfRectified(Normalization)
    /// Whether each element is positive; read back as 1 and 0.
    case signs
  }

  private enum Content: Sendable {
    case whole(Tensor)
    case half(HalfPrecision)
    case signs(SignBits)
    case rounded(BFloat16Tensor)
  }

  private let content: Content

  private init(content: Content) { self.content = content }

  init(_ tensor: Tensor, as form: Form) {
    content =
      switch form {
      case .whole: .whole(tensor)
      case .half: .half(HalfPrecision(tensor))
      case .halfRectified(let normalization):
        .half(HalfPrecision(tensor, rectifiedBy: normalization))
      case .signs: .signs(SignBits(tensor))
      }
  }

  /// Saves what a convolution multiplied: the tensor in a form, or bfloat16 numbers as they are.
  init(_ input: ConvolutionCache, as form: Form) {
    switch input.content {
    case .floats(let x): self.init(x, as: form)
    case .rounded(let x): self.init(content: .rounded(x))
    }
  }

  /// Whether it is held in bfloat16.
  var isRounded: Bool {
    if case .rounded = content { return true }
    return false
  }

  /// The tensor as a convolution takes it.
  var input: ConvolutionCache {
    if case .rounded(let numbers) = content { return ConvolutionCache(numbers) }
    return ConvolutionCache(tensor)
  }

  /// The tensor as it was saved.
  var tensor: Tensor {
    switch content {
    case .whole(let tensor): tensor
    case .half(let numbers): numbers.tensor
    case .signs(let bits): bits.tensor
    case .rounded(let numbers): numbers.tensor
    }
  }
}
