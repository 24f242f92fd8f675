internal import CKernels

/// A convolution of every channel with a square kernel of its own, PyTorch's `Conv2d` with as many
/// groups as channels, without bias.
public struct DepthwiseConv2D: Convolution {
  /// Shape `[kernel, kernel, 1, channels]`.
  public private(set) var weight: Parameter

  let stride: Int
  let padding: Int

  var kernel: Int { weight.value.shape[0] }
  var channels: Int { weight.value.shape[3] }

  /// Channels of the output, as many as of the input.
  public var outputs: Int { channels }

  /// Creates a layer from a weight of shape `[kernel, kernel, 1, channels]`, padded by half the
  /// kernel.
  public init(weight: Tensor, stride: Int = 1) {
    precondition(
      weight.shape.count == 4 && weight.shape[0] == weight.shape[1] && weight.shape[2] == 1,
      "a depthwise kernel is [k, k, 1, channels], not \(weight.shape)")
    precondition(stride > 0, "cannot slide a kernel by \(stride)")
    self.weight = Parameter(weight, role: .convolutionWeight)
    self.stride = stride
    padding = weight.shape[0] / 2
  }

  /// Creates a layer with He's normal initialisation over the fan-out as torchvision counts it:
  /// channels times taps.
  public init(channels: Int, kernel: Int, stride: Int = 1, using generator: inout Philox) {
    let deviation = (2 / Float(channels * kernel * kernel)).squareRoot()
    let shape = [kernel, kernel, 1, channels]
    self.init(
      weight: Tensor(normal: shape, deviation: deviation, using: &generator), stride: stride)
  }

  /// Returns `[batch, outHeight, outWidth, channels]` for `x` of shape
  /// `[batch, height, width, channels]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    unsafe self(x) { _, _ in }
  }

  /// Returns `[batch, outHeight, outWidth, channels]` for `[batch, height, width, channels]`.
  public func outputShape(_ shape: [Int]) -> [Int] {
    let window = window(shape)
    return [shape[0], window.out_height, window.out_width, window.channels]
  }

  /// Returns `[batch, outHeight, outWidth, channels]`, and calls `finish` on the pixels of every
  /// image.
  public func callAsFunction(
    _ x: Tensor, finish: (_ y: UnsafeMutablePointer<Float>, _ pixels: Range<Int>) -> Void
  ) -> Tensor {
    let shape = window(x.shape)
    var y = Tensor(uninitialized: outputShape(x.shape))
    let (images, inputs, outputs) = (x.shape[0], imageSize(x.shape), imageSize(y.shape))
    let pixels = shape.out_height * shape.out_width
    unsafe y.withMutableElements { y in
      unsafe x.withElements { x in
        unsafe weight.value.withElements { w in
          guard let x = x.baseAddress, let w = w.baseAddress, let y = y.baseAddress else { return }
          parallel(images) { image in
            unsafe relic_depthwise(shape, x + image * inputs, w, y + image * outputs)
            unsafe finish(y, (image * pixels)..<((image + 1) * pixels))
          }
        }
      }
    }
    return y
  }

  /// Returns `[batch, outHeight, outWidth, channels]` for `x` of shape
  /// `[batch, height, width, channels]`, and keeps `x`.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: ConvolutionCache) {
    (self(x, .batch(views: views)), ConvolutionCache(x: x))
  }

  /// Returns `dx` of shape `[batch, height, width, channels]` for `dy` of shape
  /// `[batch, outHeight, outWidth, channels]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming ConvolutionCache)
    -> Tensor
  {
    let gradient = dy
    backwardWeight(gradient, cache)
    let shape = window(cache.x.shape)
    var dx = Tensor(uninitialized: cache.x.shape)
    let (images, inputs, outputs) = (
      cache.x.shape[0], imageSize(cache.x.shape), imageSize(gradient.shape)
    )
    unsafe dx.withMutableElements { dx in
      unsafe gradient.withElements { dy in
        unsafe weight.value.withElements { w in
          guard let dx = dx.baseAddress, let dy = dy.baseAddress, let w = w.baseAddress else {
            return
          }
          parallel(images) { image in
            unsafe relic_depthwise_input(shape, dy + image * outputs, w, dx + image * inputs)
          }
        }
      }
    }
    return dx
  }

  /// Adds to the weight's gradient alone, for a layer whose input needs none.
  public mutating func backwardWeight(_ dy: borrowing Tensor, _ cache: borrowing ConvolutionCache) {
    weight.accumulate(weightGradient(x: cache.x, dy: copy dy))
  }

  /// Returns `dW[tap, c] = Σ x[tap's pixel, c] · dy[pixel, c]`, by blocks of channels and groups of
  /// images whose sums are added in order.
  private func weightGradient(x: Tensor, dy: Tensor) -> Tensor {
    let shape = window(x.shape)
    let (images, inputs, outputs) = (x.shape[0], imageSize(x.shape), imageSize(dy.shape))
    let block = 64
    let blocks = (channels + block - 1) / block
    let groups = min(4, images)
    var parts = Tensor(uninitialized: [groups, kernel * kernel * channels])
    let size = kernel * kernel * channels
    unsafe parts.withMutableElements { parts in
      unsafe x.withElements { x in
        unsafe dy.withElements { dy in
          guard let x = x.baseAddress, let dy = dy.baseAddress, let parts = parts.baseAddress
          else { return }
          parallel(blocks * groups) { task in
            let (group, index) = task.quotientAndRemainder(dividingBy: blocks)
            let first = group * images / groups
            let count = (group + 1) * images / groups - first
            unsafe relic_depthwise_weight(
              shape, count, index * block, min(block, channels - index * block),
              x + first * inputs, dy + first * outputs, parts + group * size)
          }
        }
      }
    }
    var sum = parts.rows(0..<1)
    for group in 1..<max(groups, 1) { sum.add(parts.rows(group..<(group + 1))) }
    return sum.reshaped(weight.value.shape)
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }

  private func imageSize(_ shape: [Int]) -> Int { shape[1] * shape[2] * shape[3] }

  private func window(_ shape: [Int]) -> relic_depthwise_shape {
    precondition(
      shape.count == 4 && shape[3] == channels, "\(channels) input channels, not \(shape)")
    return relic_depthwise_shape(
      height: shape[1], width: shape[2], channels: channels,
      out_height: (shape[1] + 2 * padding - kernel) / stride + 1,
      out_width: (shape[2] + 2 * padding - kernel) / stride + 1, kernel: kernel, stride: stride,
      padding: padding)
  }
}
