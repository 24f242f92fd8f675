/// The output of a convolution in training, `[…, outHeight, outWidth, outputs]`.
package enum ConvolutionOutput {
  case floats(Tensor)
  /// That of bfloat16 numbers.
  case half(HalfPrecision)
}
