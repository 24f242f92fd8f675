/// A feature map `[…, height, width, channels]` on its way from one layer to the next in training, in
/// the forms that are read there.
package struct FeatureMap: Sendable {
  let shape: [Int]
  private let numbers: Tensor?
  private let rounded: BFloat16Tensor?

  init(_ x: Tensor) { (shape, numbers, rounded) = (x.shape, x, nil) }

  /// Creates a map of at least one form.
  init(_ shape: [Int], floats: Tensor?, rounded: BFloat16Tensor?) {
    precondition(floats != nil || rounded != nil, "a feature map of no form")
    (self.shape, numbers, self.rounded) = (shape, floats, rounded)
  }

  /// The map in single precision.
  var floats: Tensor {
    if let numbers { return numbers }
    guard let rounded else { preconditionFailure("a feature map of no form") }
    return rounded.tensor
  }

  /// The map as a pass adds it.
  var source: any FloatSource {
    if let numbers { return numbers }
    guard let rounded else { preconditionFailure("a feature map of no form") }
    return rounded
  }

  /// Returns the map as a convolution multiplies it.
  func operand(isRounded: Bool) -> ConvolutionCache {
    guard isRounded else { return ConvolutionCache(floats) }
    return ConvolutionCache(rounded ?? ChannelPairs(inputs: shape.last ?? 1).rounded(floats))
  }
}

extension NormalizedOutput {
  /// The output on its way to what reads it.
  var map: FeatureMap { FeatureMap(shape, floats: floats, rounded: rounded) }
}
