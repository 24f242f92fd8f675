internal import CKernels

/// The maximum over square windows, PyTorch's `MaxPool2d`.
public struct MaxPool2D: Layer {
  /// Which tap of its window held each maximum.
  public struct Cache: Sendable {
    let taps: [UInt8]
    let inputShape: [Int]
  }

  let kernel: Int
  let stride: Int
  let padding: Int

  /// Creates a layer; positions outside the image never win.
  public init(kernel: Int, stride: Int, padding: Int) {
    precondition(
      kernel > 0 && kernel < 16 && stride > 0 && padding <= kernel / 2,
      "cannot slide a window of \(kernel) by \(stride) with padding \(padding)")
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// Returns `[batch, outHeight, outWidth, channels]` for `x` of shape
  /// `[batch, height, width, channels]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    forward(x, views: 1).y
  }

  /// Returns `[batch, outHeight, outWidth, channels]` for `x` of shape
  /// `[batch, height, width, channels]`, and keeps where the maxima were.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    let pool = window(x.shape)
    var y = Tensor(uninitialized: [x.shape[0], pool.out_height, pool.out_width, pool.channels])
    let outputs = pool.out_height * pool.out_width * pool.channels
    let inputs = pool.height * pool.width * pool.channels
    let count = y.count
    let images = x.shape[0]
    let taps = unsafe [UInt8](unsafeUninitializedCapacity: count) { taps, initialized in
      unsafe y.withMutableElements { y in
        unsafe x.withElements { x in
          guard let x = x.baseAddress, let y = y.baseAddress, let taps = taps.baseAddress else {
            return
          }
          parallel(images) { image in
            unsafe relic_max_pool(
              pool, x + image * inputs, y + image * outputs, taps + image * outputs)
          }
        }
      }
      initialized = count
    }
    return (y, Cache(taps: taps, inputShape: x.shape))
  }

  /// Returns `dx` of the shape of the input: each `dy` goes where its maximum was.
  public func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    let pool = window(cache.inputShape)
    var dx = Tensor(uninitialized: cache.inputShape)
    let outputs = pool.out_height * pool.out_width * pool.channels
    let inputs = pool.height * pool.width * pool.channels
    let gradient = dy
    let images = cache.inputShape[0]
    unsafe dx.withMutableElements { dx in
      unsafe gradient.withElements { dy in
        unsafe cache.taps.withUnsafeBufferPointer { taps in
          guard let dx = dx.baseAddress, let dy = dy.baseAddress, let taps = taps.baseAddress
          else { return }
          parallel(images) { image in
            unsafe relic_max_pool_backward(
              pool, dy + image * outputs, taps + image * outputs, dx + image * inputs)
          }
        }
      }
    }
    return dx
  }

  /// Visits nothing.
  public func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {}

  private func window(_ shape: [Int]) -> relic_pool {
    precondition(shape.count == 4, "[batch, height, width, channels], not \(shape)")
    let height = (shape[1] + 2 * padding - kernel) / stride + 1
    let width = (shape[2] + 2 * padding - kernel) / stride + 1
    precondition(height > 0 && width > 0, "a window of \(kernel) does not fit into \(shape)")
    return relic_pool(
      height: shape[1], width: shape[2], channels: shape[3], out_height: height, out_width: width,
      kernel: kernel, stride: stride, padding: padding)
  }
}
