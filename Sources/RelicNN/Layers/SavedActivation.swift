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
  }

  private let content: Content

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

  /// The tensor as it was saved.
  var tensor: Tensor {
    switch content {
    case .whole(let tensor): tensor
    case .half(let numbers): numbers.tensor
    case .signs(let bits): bits.tensor
    }
  }
}
