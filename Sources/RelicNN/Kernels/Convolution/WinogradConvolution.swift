internal import CKernels

/// A 3x3 convolution of stride 1 and padding 1 by Winograd's F(4x4, 3x3) or F(3x3, 3x3).
///
/// Lavin & Gray 2015. Tiles of the input are transformed, multiplied with the transformed weights in
/// one matrix product `[tiles, inputs] · [inputs, outputs]` for each of 36 or 25 points, and
/// transformed back: a quarter, or 25/81, of the multiplications of the direct product. Images of
/// 2x2 pixels take 9 products instead of 16 in the same way. Where the
/// weights are small, chunks of tiles go through all three steps while they are in the cache; where
/// they are large, every point's weights are read once for as many tiles as memory allows.
struct WinogradConvolution {
  let batch: Int
  let height: Int
  let width: Int
  let inputs: Int
  let outputs: Int
  /// The side of a tile of outputs, 4, 3 or 2.
  let tile: Int

  var points: Int { Self.points(tile) }
  var tilesHigh: Int { (height + tile - 1) / tile }
  var tilesWide: Int { (width + tile - 1) / tile }
  var size: Int { inputs * outputs }

  /// Chooses the tile with fewer products; `nil` where the taps that meet data are hardly more.
  init?(batch: Int, height: Int, width: Int, inputs: Int, outputs: Int) {
    (self.batch, self.height, self.width) = (batch, height, width)
    (self.inputs, self.outputs) = (inputs, outputs)
    guard min(inputs, outputs) >= 24 && inputs % 8 == 0 && outputs % 8 == 0 else { return nil }
    func products(_ tile: Int) -> Int {
      Self.points(tile) * ((height + tile - 1) / tile) * ((width + tile - 1) / tile)
    }
    tile = height == 2 && width == 2 ? 2 : products(3) < products(4) ? 3 : 4
    let direct = (3 * height - 2) * (3 * width - 2)
    // Transforming the weights costs as much as the products of about 32 tiles.
    let saved = batch * (direct - products(tile)) - 32 * Self.points(tile)
    guard 3 * products(tile) <= 2 * direct && saved > 0 else { return nil }
  }

  private static func points(_ tile: Int) -> Int { tile == 2 ? 9 : (tile + 2) * (tile + 2) }

  /// Whether tiles go through all steps in chunks that stay in the cache.
  var goesByChunk: Bool { size <= 128 * 128 }

  /// Rows of tiles taken at once: those of a chunk that stays in the cache, or as many as memory
  /// allows.
  var tileRows: Int {
    let perTile = points * (inputs + outputs)
    let wanted = goesByChunk ? max(32, 220_000 / perTile) : max(128, 12_000_000 / perTile)
    return max(1, (wanted + tilesWide - 1) / tilesWide)
  }

  /// Floats of one point of `count` tiles; the odd cache line keeps points apart in the cache.
  static func plane(_ count: Int, _ channels: Int) -> Int { count * channels + 16 }

  func grid(channels: Int, plane: Int) -> relic_winograd_grid {
    relic_winograd_grid(
      height: height, width: width, channels: channels, tile: tile, tiles_high: tilesHigh,
      tiles_wide: tilesWide, plane: plane)
  }

  /// The output pixels, counted over the batch, that whole rows of tiles cover.
  private func pixels(_ rows: Range<Int>) -> Range<Int> {
    func start(_ row: Int) -> Int {
      (row / tilesHigh * height + row % tilesHigh * tile) * width
    }
    return start(rows.lowerBound)..<start(rows.upperBound)
  }

  /// Writes the convolution of `x` with `weights` (`[3, 3, inputs, outputs]`) to `y`, and calls
  /// `finish` for ranges of pixels that are complete.
  @unsafe func apply(
    _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    finish: (Range<Int>) -> Void
  ) {
    let transformed = Storage(count: points * size)
    let u = unsafe transformed.pointer
    parallelRows(size / 16, grain: 256) { range in
      unsafe relic_winograd_weight(tile, size, range.lowerBound * 16, range.count * 16, weights, u)
    }
    if goesByChunk {
      parallelRows(batch * tilesHigh, grain: tileRows) { rows in
        unsafe applyChunk(rows, x, weights: u, into: y)
        finish(pixels(rows))
      }
    } else {
      for first in stride(from: 0, to: batch * tilesHigh, by: tileRows) {
        let rows = first..<min(first + tileRows, batch * tilesHigh)
        unsafe applyByPoint(rows, x, weights: u, into: y, finish: finish)
      }
    }
    withExtendedLifetime(transformed) {}
  }

  /// Takes rows of tiles through all three steps on the calling thread.
  private func applyChunk(
    _ rows: Range<Int>, _ x: UnsafePointer<Float>, weights u: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    let (first, count) = (rows.lowerBound * tilesWide, rows.count * tilesWide)
    let (before, after) = (Self.plane(count, inputs), Self.plane(count, outputs))
    let input = Storage(count: points * before)
    let product = Storage(count: points * after)
    let (v, m) = unsafe (input.pointer, product.pointer)
    unsafe relic_winograd_input(grid(channels: inputs, plane: before), first, count, x, v)
    for point in 0..<points {
      unsafe multiply(
        m: count, n: outputs, k: inputs, MatrixView(start: v + point * before, stride: inputs),
        MatrixView(start: u + point * size, stride: outputs), adding: false,
        into: m + point * after, cStride: outputs)
    }
    unsafe relic_winograd_output(grid(channels: outputs, plane: after), first, count, m, y)
    withExtendedLifetime((input, product)) {}
  }

  /// Takes rows of tiles through one step after the other, each on all workers.
  private func applyByPoint(
    _ rows: Range<Int>, _ x: UnsafePointer<Float>, weights u: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, finish: (Range<Int>) -> Void
  ) {
    let count = rows.count * tilesWide
    let (before, after) = (Self.plane(count, inputs), Self.plane(count, outputs))
    let input = Storage(count: points * before)
    let product = Storage(count: points * after)
    let (v, m) = unsafe (input.pointer, product.pointer)
    let grain = max(1, 8 / tilesWide)
    unsafe transform(rows, x, into: v, grid(channels: inputs, plane: before), relic_winograd_input)
    // Two halves of every point, since the points are an odd number.
    parallel(2 * points) { task in
      let point = task / 2
      let half = (task % 2 * count / 2)..<((task % 2 + 1) * count / 2)
      let start = half.lowerBound
      unsafe multiply(
        m: half.count, n: outputs, k: inputs,
        MatrixView(start: v + point * before + start * inputs, stride: inputs),
        MatrixView(start: u + point * size, stride: outputs), adding: false,
        into: m + point * after + start * outputs, cStride: outputs)
    }
    let grid = grid(channels: outputs, plane: after)
    parallelRows(rows.count, grain: grain) { part in
      let first = part.lowerBound * tilesWide
      unsafe relic_winograd_output(
        grid, rows.lowerBound * tilesWide + first, part.count * tilesWide, m + first * outputs, y)
      finish(pixels((rows.lowerBound + part.lowerBound)..<(rows.lowerBound + part.upperBound)))
    }
    withExtendedLifetime((input, product)) {}
  }

  /// Transforms rows of tiles of `x` into `v` on all workers.
  func transform(
    _ rows: Range<Int>, _ x: UnsafePointer<Float>, into v: UnsafeMutablePointer<Float>,
    _ grid: relic_winograd_grid,
    _ kernel: (
      relic_winograd_grid, Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    parallelRows(rows.count, grain: max(1, 8 / tilesWide)) { part in
      let first = part.lowerBound * tilesWide
      unsafe kernel(
        grid, rows.lowerBound * tilesWide + first, part.count * tilesWide, x,
        v + first * grid.channels)
    }
  }
}
