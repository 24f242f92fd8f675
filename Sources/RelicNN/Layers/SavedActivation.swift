/// A tensor between its forward and its backward pass.
struct SavedActivation: Sendable {
  /// How much of a tensor is saved.
  enum Form: Sendable {
    /// All of it, shared with whoever else holds it.
    case whole
    /// Rounded to IEEE binary16.
    case half
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

  /// What a normalisation has kept.
  init(_ numbers: HalfPrecision) { content = .half(numbers) }

  init(_ bits: SignBits) { content = .signs(bits) }

  /// The tensor as a convolution takes it.
  var input: ConvolutionCache {
    if case .rounded(let numbers) = content { return ConvolutionCache(numbers) }
    return ConvolutionCache(tensor)
  }

  /// The numbers as a pass reads them.
  var source: any FloatSource {
    switch content {
    case .whole(let tensor): tensor
    case .half(let numbers): numbers
    case .signs(let bits): bits
    case .rounded(let numbers): numbers.tensor
    }
  }

  var shape: [Int] {
    switch content {
    case .whole(let tensor): tensor.shape
    case .half(let numbers): numbers.shape
    case .signs(let bits): bits.shape
    case .rounded(let numbers): numbers.shape
    }
  }

  /// The numbers if they are held in IEEE binary16.
  var half: HalfPrecision? {
    if case .half(let numbers) = content { return numbers }
    return nil
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
