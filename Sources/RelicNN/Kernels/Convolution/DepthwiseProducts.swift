internal import CKernels

/// A convolution of every channel with a kernel of its own, and its two gradients.
///
/// Weights are `[kernel, kernel, 1, channels]`; images are padded by half the kernel.
struct DepthwiseProducts {
  private let input: ImageShape
  let sizes: relic_depthwise_shape

  /// `[…, outHeight, outWidth, channels]`.
  var outputShape: [Int] { input.leading + [sizes.out_height, sizes.out_width, sizes.channels] }

  /// Prepares for an input and a weight of these shapes.
  init(input shape: [Int], weight: [Int], stride: Int) {
    input = ImageShape(shape)
    precondition(input.channels == weight[3], "\(weight[3]) input channels, not \(shape)")
    let (kernel, padding) = (weight[0], weight[0] / 2)
    sizes = relic_depthwise_shape(
      height: input.height, width: input.width, channels: input.channels,
      out_height: (input.height + 2 * padding - kernel) / stride + 1,
      out_width: (input.width + 2 * padding - kernel) / stride + 1, kernel: kernel,
      stride: stride, padding: padding)
  }

  /// Returns the output for `x`, and calls `finish` on the pixels of every image.
  func output(
    _ x: Tensor, weight: Tensor, finish: (borrowing FinishedPixels) -> Void
  ) -> Tensor {
    var y = Tensor(uninitialized: outputShape)
    let pixels = sizes.out_height * sizes.out_width
    let images = RowPass(rows: input.images)
    unsafe RowPass.whole.withPointers(writing: &y) { _, y in
      unsafe images.withPointers(reading: x, Shared(weight)) { chunk, x, weight in
        let first = chunk.index * pixels
        unsafe relic_depthwise(sizes, x, weight, y + first * sizes.channels)
        finish(unsafe FinishedPixels(first..<(first + pixels), of: y))
      }
    }
    return y
  }

  /// Returns `∂/∂x` for the gradient of the output.
  func inputGradient(_ dy: Tensor, weight: Tensor) -> Tensor {
    var dx = Tensor(uninitialized: input.leading + [input.height, input.width, input.channels])
    unsafe RowPass(rows: input.images).withPointers(
      writing: &dx, reading: dy, Shared(weight)
    ) { _, dx, dy, weight in
      unsafe relic_depthwise_input(sizes, dy, weight, dx)
    }
    return dx
  }

  /// Returns `dW[tap, c] = Σ x[tap's pixel, c] · dy[pixel, c]`, by blocks of channels and groups of
  /// images whose sums are added in order.
  func weightGradient(x: Tensor, dy: Tensor) -> Tensor {
    let (images, channels) = (input.images, input.channels)
    let block = 64
    let blocks = (channels + block - 1) / block
    let groups = min(4, images)
    let size = sizes.kernel * sizes.kernel * channels
    let outputSize = sizes.out_height * sizes.out_width * channels
    var parts = Tensor(uninitialized: [groups, size])
    unsafe RowPass.whole.withPointers(writing: &parts, reading: x, dy) { _, parts, x, dy in
      parallel(blocks * groups) { task in
        let (group, index) = task.quotientAndRemainder(dividingBy: blocks)
        let first = group * images / groups
        let count = (group + 1) * images / groups - first
        unsafe relic_depthwise_weight(
          sizes, count, index * block, min(block, channels - index * block),
          x + first * input.imageSize, dy + first * outputSize, parts + group * size)
      }
    }
    var sum = parts.rows(0..<1)
    for group in 1..<max(groups, 1) { sum.add(parts.rows(group..<(group + 1))) }
    return sum.reshaped([sizes.kernel, sizes.kernel, 1, channels])
  }
}
