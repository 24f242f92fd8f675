internal import CKernels

/// A depthwise convolution of bfloat16 numbers with float sums, and the normalisation and activation
/// after it.
struct BFloat16Depthwise: Sendable {
  /// `[kernel, kernel, 1, channels]`.
  let weight: Tensor
  let stride: Int
  let normalization: Normalization

  /// Returns `[…, outHeight, outWidth, channels]` for `x` of shape `[…, height, width, channels]`.
  func callAsFunction(_ x: BFloat16Tensor) -> BFloat16Tensor {
    let products = DepthwiseProducts(input: x.shape, weight: weight.shape, stride: stride)
    let shape = products.outputShape
    let images = RowPass(rows: ImageShape(x.shape).images)
    let size = shape.reduce(1, *) / max(images.rows, 1)
    let channels = normalization.channels
    return unsafe BFloat16Tensor(shape) { y in
      unsafe images.withPointers(
        reading: x, Shared(weight), Shared(normalization.parameters)
      ) { chunk, x, weight, scales in
        unsafe relic_depthwise_rounded(
          products.sizes, x, weight, scales, scales + channels, normalization.activation.kernel,
          y + chunk.index * size)
      }
    }
  }
}
