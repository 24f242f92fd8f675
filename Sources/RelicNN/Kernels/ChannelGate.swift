internal import CKernels

/// The passes over the pixels of a gate that scales the channels of every image, and its own two
/// activations.
///
/// Gates and their gradients are `[…, 1, 1, channels]`, one row an image.
enum ChannelGate {
  /// Adds a bias of shape `[channels]` to every row of `x`, and returns the SiLU of the sums.
  static func biasedSiLU(_ x: inout Tensor, bias: Tensor) -> Tensor {
    var y = Tensor(uninitialized: x.shape)
    let (rows, channels) = (x.count / bias.count, bias.count)
    unsafe RowPass.whole.withPointers(writing: &x, &y, reading: bias) { _, x, y, bias in
      unsafe relic_biased_silu(rows, channels, bias, x, y)
    }
    return y
  }

  /// Replaces every row of `x` by the sigmoids of its sums with a bias of shape `[channels]`.
  static func applyBiasedSigmoid(to x: inout Tensor, bias: Tensor) {
    let channels = bias.count
    unsafe RowPass(rows: x.count / channels, grain: 8).withPointers(
      writing: &x, reading: Shared(bias)
    ) { chunk, x, bias in
      unsafe relic_biased_sigmoids(chunk.rows.count, channels, bias, x)
    }
  }

  /// Replaces `dy` by the gradient of what the SiLU was taken of, `x`.
  static func applySiLUGradient(to dy: inout Tensor, x: Tensor) {
    let count = dy.count
    unsafe RowPass.whole.withPointers(writing: &dy, reading: x) { _, dy, x in
      unsafe relic_silu_backward(count, dy, x, dy)
    }
  }

  /// Replaces `dy` by the gradient of what the sigmoids `y` were taken of.
  static func applySigmoidGradient(to dy: inout Tensor, y: Tensor) {
    let count = dy.count
    unsafe RowPass.whole.withPointers(writing: &dy, reading: y) { _, dy, y in
      unsafe relic_sigmoids_backward(count, dy, y, dy)
    }
  }

  /// Returns `x · gate`, the same gate at every pixel of an image.
  static func scaled(_ x: Tensor, by gate: Tensor) -> Tensor {
    let shape = ImageShape(x.shape)
    var y = Tensor(uninitialized: x.shape)
    unsafe RowPass(rows: shape.images).withPointers(writing: &y, reading: x, gate) {
      _, y, x, gate in
      unsafe relic_scale_channels(shape.pixels, shape.channels, x, gate, y)
    }
    return y
  }

  /// Returns `x · gate` rounded.
  static func scaledAndRounded(_ x: Tensor, by gate: Tensor) -> BFloat16Tensor {
    let shape = ImageShape(x.shape)
    let most = max(1, 4096 / shape.channels)
    return unsafe BFloat16Tensor(x.shape) { y in
      unsafe RowPass(rows: shape.images).withPointers(reading: x, gate) { chunk, x, gate in
        let scratch = Storage(count: most * shape.channels)
        let target = unsafe y + chunk.index * shape.imageSize
        for first in stride(from: 0, to: shape.pixels, by: most) {
          let (rows, start) = (min(most, shape.pixels - first), first * shape.channels)
          unsafe relic_scale_channels(rows, shape.channels, x + start, gate, scratch.pointer)
          unsafe relic_to_bfloat16(rows * shape.channels, scratch.pointer, target + start)
        }
        withExtendedLifetime(scratch) {}
      }
    }
  }

  /// Returns `Σ dy x` over the pixels of every image, of the gate's shape.
  static func gateGradient(_ dy: Tensor, x: Tensor) -> Tensor {
    let shape = ImageShape(x.shape)
    var sums = Tensor(uninitialized: shape.leading + [1, 1, shape.channels])
    unsafe RowPass(rows: shape.images).withPointers(writing: &sums, reading: dy, x) {
      _, sums, dy, x in
      unsafe relic_scale_channels_sums(shape.pixels, shape.channels, dy, x, sums)
    }
    return sums
  }

  /// Replaces `dy` by `dy · gate + dMean / pixels` at every pixel.
  static func applyInputGradient(to dy: inout Tensor, gate: Tensor, dMean: Tensor) {
    let shape = ImageShape(dy.shape)
    unsafe RowPass(rows: shape.images).withPointers(writing: &dy, reading: gate, dMean) {
      _, dy, gate, dMean in
      unsafe relic_scale_channels_backward(
        shape.pixels, shape.channels, dy, gate, 1 / Float(shape.pixels), dMean, dy)
    }
  }
}
