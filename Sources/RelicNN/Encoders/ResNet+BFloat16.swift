extension ResNet: BFloat16Encoder {
  /// The network with the weights that it has now, rounded.
  var inBFloat16: @Sendable (Tensor) -> Tensor {
    let stem = stem.inBFloat16
    let blocks = blocks.map { BFloat16ResidualBlock($0) }
    return { [pool] images in
      var x = stem(images)
      if let pool { x = pool(x) }
      for block in blocks { x = block(x) }
      return x.pixelMeans
    }
  }
}

/// The convolutions of a residual block for inference in bfloat16.
private struct BFloat16ResidualBlock: Sendable {
  private let convolutions: [BFloat16Convolution]
  private let shortcut: BFloat16Convolution?

  init(_ block: ResidualBlock) {
    convolutions = block.convolutions.map(\.inBFloat16)
    shortcut = block.shortcut?.inBFloat16
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`.
  func callAsFunction(_ x: BFloat16Tensor) -> BFloat16Tensor {
    var hidden = x
    let last = convolutions.count - 1
    for index in 0..<last { hidden = convolutions[index](hidden) }
    return convolutions[last](hidden, adding: shortcut?(x) ?? x)
  }
}
