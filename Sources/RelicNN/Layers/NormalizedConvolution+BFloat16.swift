extension NormalizedConvolution where Kernel == Conv2D {
  /// The unit for inference in bfloat16, by the running averages.
  var inBFloat16: BFloat16Convolution {
    BFloat16Convolution(
      weight: convolution.weight.value, stride: convolution.stride, padding: convolution.padding,
      normalization.runningNormalization)
  }
}

extension NormalizedConvolution where Kernel == DepthwiseConv2D {
  /// The unit for inference in bfloat16, by the running averages; its weights stay floats.
  var inBFloat16: BFloat16Depthwise {
    BFloat16Depthwise(
      weight: convolution.weight.value, stride: convolution.stride,
      normalization: normalization.runningNormalization)
  }
}
