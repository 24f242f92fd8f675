internal import CKernels

/// Maxima over square windows slid over images, and where they were.
struct MaxPooling {
  /// Which tap of its window held each maximum, a byte each.
  struct Taps: Sendable {
    fileprivate var packed: Tensor

    fileprivate init(count: Int) { packed = Tensor(uninitialized: [(count + 3) / 4]) }
  }

  let input: ImageShape
  let window: relic_pool

  /// Prepares for images of a shape; positions outside them never win.
  init(_ shape: [Int], kernel: Int, stride: Int, padding: Int) {
    input = ImageShape(shape)
    let height = (input.height + 2 * padding - kernel) / stride + 1
    let width = (input.width + 2 * padding - kernel) / stride + 1
    precondition(height > 0 && width > 0, "a window of \(kernel) does not fit into \(shape)")
    window = relic_pool(
      height: input.height, width: input.width, channels: input.channels, out_height: height,
      out_width: width, kernel: kernel, stride: stride, padding: padding)
  }

  /// `[…, outHeight, outWidth, channels]`.
  var outputShape: [Int] {
    input.leading + [window.out_height, window.out_width, window.channels]
  }

  /// Elements of one image's maxima.
  var outputSize: Int { window.out_height * window.out_width * window.channels }

  /// Returns the maxima, `[…, outHeight, outWidth, channels]`.
  func maxima(of x: Tensor) -> (y: Tensor, taps: Taps) {
    var y = Tensor(uninitialized: outputShape)
    let (count, size) = (y.count, outputSize)
    var taps = Taps(count: count)
    unsafe RowPass.whole.withPointers(writing: &taps.packed) { _, packed in
      unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count) { taps in
        unsafe RowPass(rows: input.images).withPointers(writing: &y, reading: x) { chunk, y, x in
          unsafe relic_max_pool(window, x, y, taps + chunk.index * size)
        }
      }
    }
    return (y, taps)
  }

  /// Returns `dx` of the input's shape: each `dy` goes where its maximum was.
  func inputGradient(_ dy: Tensor, _ taps: Taps) -> Tensor {
    var dx = Tensor(uninitialized: input.leading + [input.height, input.width, input.channels])
    let (count, size) = (dy.count, outputSize)
    unsafe RowPass.whole.withPointers(reading: taps.packed) { _, packed in
      unsafe packed.withMemoryRebound(to: UInt8.self, capacity: count) { taps in
        unsafe RowPass(rows: input.images).withPointers(writing: &dx, reading: dy) {
          chunk, dx, dy in
          unsafe relic_max_pool_backward(window, dy, taps + chunk.index * size, dx)
        }
      }
    }
    return dx
  }
}

/// Means over the pixels of images.
enum MeanPooling {
  /// Returns the means, `[…, channels]` for `[…, height, width, channels]`.
  static func means(of x: Tensor) -> Tensor {
    let input = ImageShape(x.shape)
    let (pixels, channels) = (input.pixels, input.channels)
    var y = Tensor(uninitialized: input.leading + [channels])
    unsafe RowPass(rows: input.images, grain: 16).withPointers(writing: &y, reading: x) {
      chunk, y, x in
      for image in 0..<chunk.rows.count {
        unsafe relic_mean_rows(
          pixels, channels, x + image * pixels * channels, y + image * channels)
      }
    }
    return y
  }

  /// Returns `dx` of the input's shape: `dy / pixels` at every pixel.
  static func inputGradient(_ dy: Tensor, inputShape: [Int]) -> Tensor {
    let input = ImageShape(inputShape)
    let (pixels, channels) = (input.pixels, input.channels)
    let share = 1 / Float(pixels)
    var dx = Tensor(uninitialized: inputShape)
    unsafe RowPass(rows: input.images * pixels, grain: 256).withPointers(
      writing: &dx, reading: Shared(dy)
    ) { chunk, dx, dy in
      for (index, row) in chunk.rows.enumerated() {
        let source = unsafe dy + row / pixels * channels
        let destination = unsafe dx + index * channels
        for channel in 0..<channels { unsafe destination[channel] = source[channel] * share }
      }
    }
    return dx
  }
}
