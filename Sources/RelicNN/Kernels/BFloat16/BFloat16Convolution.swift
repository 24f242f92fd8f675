internal import CKernels

/// A convolution of bfloat16 numbers whose weights no longer change, with the normalisation and the
/// activation after it.
///
/// `y = activation(scale · z + shift + residual)` for the sums z, which are floats; y is rounded once.
/// Patches are never copied: the product reads each of their taps where it lies.
struct BFloat16Convolution: Sendable {
  let inputs: Int
  let outputs: Int
  private let kernel: Int
  private let stride: Int
  private let padding: Int
  private let weight: ConvolutionWeight
  private let normalization: Normalization

  /// Rounds and packs a weight of shape `[kernel, kernel, inputs, outputs]`.
  init(weight: Tensor, stride: Int, padding: Int, _ normalization: Normalization) {
    (kernel, inputs, outputs) = (weight.shape[0], weight.shape[2], weight.shape[3])
    precondition(kernel <= 8, "a kernel of \(kernel) has too many taps")
    (self.stride, self.padding, self.normalization) = (stride, padding, normalization)
    self.weight = ConvolutionWeight(
      weight, runLength: (Self.isPadded(inputs) ? kernel : 1) * inputs)
  }

  /// Whether images are padded by copying them: pixels of an odd number of channels make no pairs, but
  /// taps side by side do with the one number that follows them, whose weight is 0.
  private static func isPadded(_ inputs: Int) -> Bool { inputs % 2 == 1 }

  /// Returns `[…, outHeight, outWidth, outputs]` for `x` of shape `[…, height, width, inputs]`, an
  /// even number of them, and a residual of the output's shape.
  func callAsFunction(
    _ x: BFloat16Tensor, adding residual: BFloat16Tensor? = nil
  ) -> BFloat16Tensor {
    precondition(!Self.isPadded(inputs), "\(inputs) channels make no pairs")
    let shape = ConvolutionShape(self, x.shape)
    normalization.check(residual, count: shape.count)
    if let winograd = winograd(x.shape) {
      return winograd(x, weight.transformed(for: winograd.tiles), normalization, adding: residual)
    }
    let weight = weight.packed
    let cut = BFloat16Cut(
      m: shape.pixels, n: outputs, k: weight.depth, cutsDepth: false)
    let runs = isPlain ? [] : singleTaps
    return unsafe BFloat16Tensor(shape.output) { y in
      unsafe RowPass.whole.withPointers(reading: x, residual, normalization.parameters) {
        _, x, residual, scales in
        parallel(cut.tasks) { task in
          let part = cut.part(task)
          let (first, column) = (part.rows.lowerBound, part.columns.lowerBound)
          let sums = unsafe sums(y, scales, residual)
          let right = unsafe weight.start(column: column)
          if isPlain {
            unsafe relic_multiply(
              part.rows.count, part.columns.count, inputs,
              relic_left(start: x + first * inputs, stride: inputs), right,
              sums.from(row: first, column: column))
          } else {
            unsafe relic_multiply_patches(
              shape.grid, runs, runs.count, shape.images, first, part.rows.count, x,
              part.columns.count, right, shape.steps, sums.from(row: 0, column: column))
          }
        }
      }
    }
  }

  /// Returns `[…, outHeight, outWidth, outputs]` for images `x` of floats, which are rounded.
  func callAsFunction(_ x: Tensor) -> BFloat16Tensor {
    guard Self.isPadded(inputs) else { return self(BFloat16Tensor(x)) }
    let input = ImageShape(x.shape)
    let shape = ConvolutionShape(self, x.shape)
    let (height, width) = (input.height + 2 * padding, input.width + 2 * padding)
    let area = shape.grid.grid_height * shape.grid.grid_width
    let grid = relic_patch_grid(
      height: height, width: width, channels: inputs, grid_height: shape.grid.grid_height,
      grid_width: shape.grid.grid_width, stride: stride)
    let runs = (0..<kernel).map { relic_tap_run(dy: $0, dx: 0, count: kernel) }
    let weight = weight.packed
    return unsafe BFloat16Tensor(shape.output) { y in
      unsafe RowPass(rows: input.images).withPointers(
        reading: x, Shared(normalization.parameters)
      ) { chunk, x, scales in
        let padded = Storage(count: height * width * inputs / 2 + 1)
        unsafe relic_round_padded(
          input.height, input.width, inputs, padding, x, padded.halves)
        unsafe relic_multiply_patches(
          grid, runs, kernel, 1, 0, area, padded.halves, outputs, weight.start(), shape.steps,
          sums(y, scales, nil).from(row: chunk.index * area, column: 0))
        withExtendedLifetime(padded) {}
      }
    }
  }

  /// Winograd's filtering, where it is faster.
  ///
  /// Measured on all 3x3 shapes of the encoders: 1.3 to 2.3 times, but not where a few pixels are too
  /// little work for its weights. It depends on an image alone, so that its features do not depend on
  /// those beside it.
  private func winograd(_ shape: [Int]) -> BFloat16Winograd? {
    let input = ImageShape(shape)
    guard kernel == 3 && stride == 1 && padding == 1,
      input.pixels > 9 || inputs * outputs <= 1 << 16,
      let tiles = WinogradConvolution(
        batch: 1 << 20, height: input.height, width: input.width, inputs: inputs,
        outputs: outputs)
    else { return nil }
    return BFloat16Winograd(shape: shape, tiles: tiles)
  }

  /// Whether the patches are the input's pixels as they lie.
  private var isPlain: Bool { kernel == 1 && stride == 1 && padding == 0 }

  private var singleTaps: [relic_tap_run] {
    (0..<(kernel * kernel)).map { tap in
      relic_tap_run(dy: tap / kernel - padding, dx: tap % kernel - padding, count: 1)
    }
  }

  private func sums(
    _ y: UnsafeMutablePointer<UInt16>, _ scales: UnsafePointer<Float>,
    _ residual: UnsafePointer<UInt16>?
  ) -> relic_sums {
    unsafe relic_sums(
      rounded: y, stride: outputs, scales: scales, shifts: scales + outputs, residual: residual,
      activation: normalization.activation)
  }

  /// The sizes of an output.
  private struct ConvolutionShape {
    let output: [Int]
    let images: Int
    /// Of all images.
    let pixels: Int
    let grid: relic_patch_grid

    var count: Int { output.reduce(1, *) }

    /// The output's pixels in the order of the grid's.
    var steps: relic_pixel_steps {
      relic_pixel_steps(
        image: grid.grid_height * grid.grid_width, row: grid.grid_width, column: 1)
    }

    init(_ convolution: BFloat16Convolution, _ shape: [Int]) {
      let products = ConvolutionProducts(
        input: shape,
        weight: [
          convolution.kernel, convolution.kernel, convolution.inputs, convolution.outputs,
        ], stride: convolution.stride, padding: convolution.padding)
      output = products.outputShape
      images = products.input.images
      pixels = images * products.outHeight * products.outWidth
      grid = relic_patch_grid(
        height: products.input.height, width: products.input.width, channels: products.inputs,
        grid_height: products.outHeight, grid_width: products.outWidth, stride: products.stride)
    }
  }
}
