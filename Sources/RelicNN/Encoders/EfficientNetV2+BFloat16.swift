extension EfficientNetV2: BFloat16Encoder {
  /// The network with the weights that it has now, rounded.
  var inBFloat16: @Sendable (Tensor) -> Tensor {
    let (stem, head) = (stem.inBFloat16, head.inBFloat16)
    let blocks = blocks.map { BFloat16Block($0) }
    return { images in
      var x = stem(images)
      for block in blocks { x = block(x) }
      return head(x).pixelMeans
    }
  }
}

/// The parts of an inverted residual block for inference in bfloat16.
private struct BFloat16Block: Sendable {
  private let expansion: BFloat16Convolution
  private let mixing: BFloat16Depthwise?
  private let excitation: SqueezeExcitation?
  private let projection: BFloat16Convolution?
  private let addsInput: Bool

  init(_ block: EfficientNetV2Block) {
    expansion = block.expansion.inBFloat16
    mixing = block.mixing?.inBFloat16
    excitation = block.excitation
    projection = block.projection?.inBFloat16
    addsInput = block.addsInput
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  func callAsFunction(_ x: BFloat16Tensor) -> BFloat16Tensor {
    var y = expansion(x)
    if let mixed = mixing?(y) { y = mixed }
    if let weighed = excitation?(y) { y = weighed }
    guard let projection else { return addsInput ? y.adding(x) : y }
    return projection(y, adding: addsInput ? x : nil)
  }
}
