internal import CKernels

/// The matrix products that a convolution without bias and its two gradients consist of.
///
/// Weights are `[kernel, kernel, inputs, outputs]`. Each product goes by Winograd's filtering where
/// that multiplies less, else by patches.
struct ConvolutionProducts {
  let input: ImageShape
  let outputs: Int
  let kernel: Int
  let stride: Int
  let padding: Int
  let outHeight: Int
  let outWidth: Int

  var inputs: Int { input.channels }
  /// `[…, outHeight, outWidth, outputs]`.
  var outputShape: [Int] { input.leading + [outHeight, outWidth, outputs] }

  /// Prepares for an input and a weight of these shapes.
  init(input shape: [Int], weight: [Int], stride: Int, padding: Int) {
    input = ImageShape(shape)
    precondition(input.channels == weight[2], "\(weight[2]) input channels, not \(shape)")
    (kernel, outputs) = (weight[0], weight[3])
    (self.stride, self.padding) = (stride, padding)
    outHeight = (input.height + 2 * padding - kernel) / stride + 1
    outWidth = (input.width + 2 * padding - kernel) / stride + 1
    precondition(
      outHeight > 0 && outWidth > 0, "a kernel of \(kernel) does not fit into \(shape)")
  }

  /// Returns the output for `x`, and calls `finish` on ranges of its pixels that are complete.
  func output(
    _ x: Tensor, weight: Tensor, finish: (borrowing FinishedPixels) -> Void
  ) -> Tensor {
    var y = Tensor(uninitialized: outputShape)
    let winograd = winograd(inputs: inputs, outputs: outputs)
    unsafe RowPass.whole.withPointers(writing: &y, reading: x, weight) { _, y, x, weight in
      if let winograd {
        unsafe winograd.apply(x, weights: weight, into: y) {
          finish(unsafe FinishedPixels($0, of: y))
        }
      } else {
        let matrix = unsafe MatrixView(start: weight, stride: outputs)
        unsafe patches.apply(x, weights: matrix, into: y) {
          finish(unsafe FinishedPixels($0, of: y))
        }
      }
    }
    return y
  }

  /// Returns `∂/∂weight` for the input and the gradient of the output.
  func weightGradient(x: Tensor, dy: Tensor) -> Tensor {
    if let winograd = winograd(inputs: inputs, outputs: outputs) {
      return winograd.weightGradient(x: x, dy: dy)
    }
    return WeightGradient(convolution: patches, kernel: kernel).computed(x: x, dy: dy)
  }

  /// Winograd's form of a convolution of the input's images, where it multiplies less.
  func winograd(inputs: Int, outputs: Int) -> WinogradConvolution? {
    guard kernel == 3 && stride == 1 && padding == 1 else { return nil }
    return WinogradConvolution(
      batch: input.images, height: input.height, width: input.width, inputs: inputs,
      outputs: outputs)
  }

  var patches: PatchConvolution {
    PatchConvolution(
      batch: input.images,
      grid: relic_patch_grid(
        height: input.height, width: input.width, channels: inputs, grid_height: outHeight,
        grid_width: outWidth, stride: stride),
      runs: (0..<kernel).map { relic_tap_run(dy: $0 - padding, dx: -padding, count: kernel) },
      outputHeight: outHeight, outputWidth: outWidth, outputs: outputs)
  }
}
