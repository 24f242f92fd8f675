internal import CKernels

/// A convolution as a matrix product: rows of patches times a weight matrix.
///
/// The forward pass of a convolution is one of these; its gradient with respect to the input is
/// another one over `dy`, or one for each phase of the stride. Two ways to form the rows:
/// where the batch is large and the grid small, the patches of one grid position in all images are
/// already rows of memory (a run of taps inside the image is contiguous), so nothing is copied and
/// taps outside the image cost nothing; else chunks of patches are gathered (im2col) into a panel
/// that stays in the cache.
struct PatchConvolution {
  /// Images in the batch.
  let batch: Int
  let grid: relic_patch_grid
  let runs: [relic_tap_run]
  /// Where grid pixel (row, column) lies in the output image: origin + row · step.
  var origin = (row: 0, column: 0)
  var step = 1
  /// The output image, `[outputHeight, outputWidth, outputs]`.
  let outputHeight: Int
  let outputWidth: Int
  let outputs: Int

  /// Columns of the patch matrix, rows of the weight matrix.
  var depth: Int { runs.reduce(0) { $0 + $1.count } * grid.channels }
  var gridArea: Int { grid.grid_height * grid.grid_width }

  var coversOutput: Bool {
    step == 1 && gridArea == outputHeight * outputWidth
  }

  /// Whether the patch matrix is the input itself (1x1, stride 1).
  var isPlain: Bool {
    runs.count == 1 && runs[0].count == 1 && runs[0].dy == 0 && runs[0].dx == 0
      && grid.stride == 1 && grid.height == grid.grid_height && grid.width == grid.grid_width
  }

  /// Whether the patches of one grid position make a matrix tall enough to multiply as it lies.
  ///
  /// The smaller the grid, the more of its taps lie outside the image.
  static func goesByPosition(batch: Int, gridArea: Int) -> Bool {
    batch >= 128 ? gridArea <= 64 : batch >= 16 && gridArea <= 9
  }

  /// Writes the convolution of `x` with `weights` to the output pixels of the grid, and calls
  /// `finish` for ranges of output pixels that are complete, where the grid covers the output.
  ///
  /// - Parameters:
  ///   - x: `[batch, height, width, channels]`.
  ///   - weights: `[depth, outputs]`, run after run, or its transpose for a single tap.
  ///   - y: `[batch, outputHeight, outputWidth, outputs]`.
  ///   - finish: Gets ranges of pixels, counted over the batch.
  @unsafe func apply(
    _ x: UnsafePointer<Float>, weights: MatrixView, into y: UnsafeMutablePointer<Float>,
    finish: (Range<Int>) -> Void
  ) {
    if isPlain && coversOutput {
      unsafe applyPlain(x, weights: weights, into: y, finish: finish)
    } else if !isPlain && Self.goesByPosition(batch: batch, gridArea: gridArea) {
      unsafe applyByPosition(x, weights: weights, into: y)
      if coversOutput { finishAll(finish) }
    } else {
      unsafe applyByChunk(x, weights: weights, into: y, finish: finish)
    }
  }

  /// Calls `finish` for all output pixels, in ranges that suit the cache.
  func finishAll(_ finish: (Range<Int>) -> Void) {
    parallelRows(batch * gridArea, grain: max(64, 65_536 / outputs)) { finish($0) }
  }

  /// Multiplies the input as it lies.
  private func applyPlain(
    _ x: UnsafePointer<Float>, weights: MatrixView, into y: UnsafeMutablePointer<Float>,
    finish: (Range<Int>) -> Void
  ) {
    let (m, k) = (batch * gridArea, grid.channels)
    let cut = ProductCut(m: m, n: outputs, k: k, longest: max(128, 262_144 / max(outputs, k)))
    parallel(cut.tasks) { task in
      let (rows, columns, _) = cut.part(task, m: m, n: outputs, k: k)
      let column = columns.lowerBound
      let matrix = unsafe weights.from(row: 0, column: column)
      let patches = unsafe MatrixView(start: x + rows.lowerBound * k, stride: k)
      unsafe multiply(
        m: rows.count, n: columns.count, k: k, patches, matrix, adding: false,
        into: y + rows.lowerBound * outputs + column, cStride: outputs)
      if cut.columns == 1 { finish(rows) }
    }
    if cut.columns > 1 { finishAll(finish) }
  }

  /// The part of a run that lies inside the image for a grid pixel: offset and taps, or `nil`.
  func inside(
    _ run: relic_tap_run, row: Int, column: Int
  ) -> (offset: Int, skipped: Int, taps: Int)? {
    let y = row * grid.stride + run.dy
    let left = column * grid.stride + run.dx
    let from = max(left, 0)
    let to = min(left + run.count, grid.width)
    guard y >= 0 && y < grid.height && from < to else { return nil }
    return ((y * grid.width + from) * grid.channels, from - left, to - from)
  }

  private func applyByPosition(
    _ x: UnsafePointer<Float>, weights: MatrixView, into y: UnsafeMutablePointer<Float>
  ) {
    let block = gridArea >= 8 ? 256 : 128
    let blocks = (batch + block - 1) / block
    // Few tasks are cut along the outputs as well.
    let parts = max(1, min(8 / (gridArea * blocks), outputs / 64))
    let channels = grid.channels
    let imageSize = grid.height * grid.width * channels
    let outputSize = outputHeight * outputWidth * outputs
    parallel(gridArea * blocks * parts) { index in
      let (task, part) = index.quotientAndRemainder(dividingBy: parts)
      let range = (part * outputs / parts)..<((part + 1) * outputs / parts)
      let row = task / blocks / grid.grid_width
      let column = task / blocks % grid.grid_width
      let first = task % blocks * block
      let images = min(block, batch - first)
      let place = (origin.row + row * step) * outputWidth + origin.column + column * step
      let destination = unsafe y + first * outputSize + place * outputs + range.lowerBound
      var weightRow = 0
      var isFirst = true
      for run in runs {
        if let taps = inside(run, row: row, column: column) {
          let patches = unsafe MatrixView(
            start: x + first * imageSize + taps.offset, stride: imageSize)
          let matrix = unsafe weights.from(
            row: weightRow + taps.skipped * channels, column: range.lowerBound)
          unsafe multiply(
            m: images, n: range.count, k: taps.taps * channels, patches, matrix, adding: !isFirst,
            into: destination, cStride: outputSize)
          isFirst = false
        }
        weightRow += run.count * channels
      }
      if isFirst {
        for image in 0..<images {
          unsafe (destination + image * outputSize).update(repeating: 0, count: range.count)
        }
      }
    }
  }

  /// Patches in one panel: enough to feed the product, few enough to stay in the cache.
  static func chunk(depth: Int) -> Int { min(max(196_608 / depth, 128), 1024) }

  private func applyByChunk(
    _ x: UnsafePointer<Float>, weights: MatrixView, into y: UnsafeMutablePointer<Float>,
    finish: (Range<Int>) -> Void
  ) {
    let depth = self.depth
    let count = batch * gridArea
    let cut = ProductCut(m: count, n: 1, k: depth * outputs, longest: Self.chunk(depth: depth))
    parallel(cut.tasks) { task in
      let pixels = cut.part(task, m: count, n: 1, k: 1).rows
      let first = pixels.lowerBound
      let panel = Storage(count: isPlain ? 1 : pixels.count * depth)
      let product = Storage(count: coversOutput ? 1 : pixels.count * outputs)
      var patches = unsafe MatrixView(start: x + first * depth, stride: depth)
      if !isPlain {
        unsafe relic_gather_patches(grid, runs, runs.count, first, pixels.count, x, panel.pointer)
        unsafe patches = MatrixView(start: panel.pointer, stride: depth)
      }
      let destination = unsafe coversOutput ? y + first * outputs : product.pointer
      unsafe multiply(
        m: pixels.count, n: outputs, k: depth, patches, weights, adding: false,
        into: destination, cStride: outputs)
      if coversOutput { finish(pixels) } else { unsafe scatter(product.pointer, pixels, into: y) }
      withExtendedLifetime((panel, product)) {}
    }
  }

  /// Copies rows of grid pixels to their places in the output.
  private func scatter(
    _ rows: UnsafePointer<Float>, _ pixels: Range<Int>, into y: UnsafeMutablePointer<Float>
  ) {
    for (index, pixel) in pixels.enumerated() {
      let image = pixel / gridArea
      let row = origin.row + pixel % gridArea / grid.grid_width * step
      let column = origin.column + pixel % grid.grid_width * step
      let place = (image * outputHeight + row) * outputWidth + column
      unsafe (y + place * outputs).update(from: rows + index * outputs, count: outputs)
    }
  }
}
