internal import CKernels

/// A 3x3 convolution of stride 1 and padding 1 by Winograd's F(4x4, 3x3).
///
/// Lavin & Gray 2015. Tiles of the input are transformed, multiplied with the transformed weights in
/// 36 matrix products `[tiles, inputs] · [inputs, outputs]`, and transformed back: a quarter of the
/// multiplications of the direct product. Tiles are taken in chunks that stay in the cache.
struct WinogradConvolution {
  let batch: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int

  private static let points = 36

  private var tilesHigh: Int { (height + 3) / 4 }
  private var tilesWide: Int { (width + 3) / 4 }
  private var tiles: Int { batch * tilesHigh * tilesWide }

  /// Whether the transforms pay: products saved against those of the taps that meet data.
  static func pays(
    kernel: Int, stride: Int, padding: Int, height: Int, width: Int, inputs: Int, outputs: Int
  ) -> Bool {
    guard kernel == 3 && stride == 1 && padding == 1 && height > 1 && width > 1 else {
      return false
    }
    guard inputs % 16 == 0 && outputs % 16 == 0 && min(inputs, outputs) >= 32 else { return false }
    let direct = (3 * height - 2) * (3 * width - 2)
    let transformed = points * ((height + 3) / 4) * ((width + 3) / 4)
    return 3 * transformed <= 2 * direct
  }

  private func grid(channels: Int) -> relic_winograd_grid {
    relic_winograd_grid(
      height: height, width: width, channels: channels, tiles_high: tilesHigh,
      tiles_wide: tilesWide)
  }

  /// Tiles in a chunk: few enough for the cache, enough to pay for reading the weights.
  private var chunk: Int { inputs + outputs <= 256 ? 64 : 128 }

  /// Writes the convolution of `x` with `weights` (`[3, 3, inputs, outputs]`) to `y`.
  @unsafe func apply(
    _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    let size = inputs * outputs
    let transformed = Storage(count: Self.points * size)
    let u = unsafe transformed.pointer
    parallelRows(size / 16, grain: 256) { range in
      unsafe relic_winograd_weight(size, range.lowerBound * 16, range.count * 16, weights, u)
    }
    parallelRows(tiles, grain: chunk) { range in
      let count = range.count
      let input = Storage(count: Self.points * count * inputs)
      let product = Storage(count: Self.points * count * outputs)
      let (v, m) = unsafe (input.pointer, product.pointer)
      unsafe relic_winograd_input(grid(channels: inputs), range.lowerBound, count, x, v)
      for point in 0..<Self.points {
        unsafe multiply(
          m: count, n: outputs, k: inputs,
          MatrixView(start: v + point * count * inputs, stride: inputs),
          MatrixView(start: u + point * size, stride: outputs), adding: false,
          into: m + point * count * outputs, cStride: outputs)
      }
      unsafe relic_winograd_output(grid(channels: outputs), range.lowerBound, count, m, y)
      withExtendedLifetime((input, product)) {}
    }
    withExtendedLifetime(transformed) {}
  }

  /// Returns `∂/∂weights`, `[3, 3, inputs, outputs]`, for `x` and `dy`.
  func weightGradient(x: Tensor, dy: Tensor) -> Tensor {
    var gradient = Tensor(uninitialized: [3, 3, inputs, outputs])
    unsafe gradient.withMutableElements { gradient in
      unsafe x.withElements { x in
        unsafe dy.withElements { dy in
          guard let x = x.baseAddress, let dy = dy.baseAddress, let dw = gradient.baseAddress else {
            return
          }
          unsafe weightGradient(x, dy, into: dw)
        }
      }
    }
    return gradient
  }

  /// Groups of tiles are summed apart and added in order, whatever the number of workers.
  private func weightGradient(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>
  ) {
    let size = inputs * outputs
    let groups = min(size <= 40_000 ? 4 : 2, (tiles + chunk - 1) / chunk)
    let sums = (0..<groups).map { _ in Storage(count: Self.points * size) }
    parallel(groups) { group in
      let end = (group + 1) * tiles / groups
      let input = Storage(count: Self.points * chunk * inputs)
      let output = Storage(count: Self.points * chunk * outputs)
      let (v, dm) = unsafe (input.pointer, output.pointer)
      var first = group * tiles / groups
      var isFirst = true
      while first < end {
        let count = min(chunk, end - first)
        unsafe relic_winograd_input(grid(channels: inputs), first, count, x, v)
        unsafe relic_winograd_output_gradient(grid(channels: outputs), first, count, dy, dm)
        for point in 0..<Self.points {
          unsafe multiply(
            m: inputs, n: outputs, k: count,
            MatrixView(start: v + point * count * inputs, stride: inputs, transposed: true),
            MatrixView(start: dm + point * count * outputs, stride: outputs), adding: !isFirst,
            into: sums[group].pointer + point * size, cStride: outputs)
        }
        isFirst = false
        first += count
      }
      withExtendedLifetime((input, output)) {}
    }
    parallelRows(size / 16, grain: 256) { range in
      let (first, count) = (range.lowerBound * 16, range.count * 16)
      for point in 0..<Self.points {
        let start = point * size + first
        for part in sums.dropFirst() {
          unsafe relic_add_scaled(count, 1, part.pointer + start, sums[0].pointer + start)
        }
      }
      unsafe relic_winograd_weight_gradient(size, first, count, sums[0].pointer, dw)
    }
    withExtendedLifetime(sums) {}
  }
}
