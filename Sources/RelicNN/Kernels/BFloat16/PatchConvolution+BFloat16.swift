internal import CKernels

extension PatchConvolution {
  /// Writes the convolution of bfloat16 numbers as `apply` does that of floats.
  ///
  /// Patches are never copied: the product reads each of their taps where it lies.
  ///
  /// - Parameters:
  ///   - x: `[batch, height, width, channels]`, an even number of channels.
  ///   - weights: `[depth, outputs]`, tap after tap.
  ///   - y: Where `[batch, outputHeight, outputWidth, outputs]` goes, and as what.
  ///   - finish: Gets ranges of pixels, counted over the batch.
  @unsafe func apply(
    _ x: UnsafePointer<UInt16>, weights: PackedMatrix, into y: relic_sums,
    finish: (Range<Int>) -> Void
  ) {
    if isPlain && coversOutput {
      unsafe applyPlain(x, weights: weights, into: y, finish: finish)
    } else {
      unsafe applyTaps(x, weights: weights, into: y)
      if coversOutput { finishAll(finish) }
    }
    withExtendedLifetime(weights) {}
  }

  /// Multiplies the input as it lies.
  private func applyPlain(
    _ x: UnsafePointer<UInt16>, weights: PackedMatrix, into y: relic_sums,
    finish: (Range<Int>) -> Void
  ) {
    let (m, k) = (batch * gridArea, grid.channels)
    // As many rows as stay in the cache of the worker that finishes them.
    let longest = max(120, 262_144 / max(outputs, k) / 24 * 24)
    guard m / longest < 8 else {
      return parallelRows(m, grain: longest) { rows in
        unsafe multiplyRows(x, weights, rows, 0..<outputs, into: y)
        finish(rows)
      }
    }
    let cut = BFloat16Cut(m: m, n: outputs, k: k, cutsDepth: false)
    parallel(cut.tasks) { task in
      let part = cut.part(task)
      unsafe multiplyRows(x, weights, part.rows, part.columns, into: y)
    }
    finishAll(finish)
  }

  private func multiplyRows(
    _ x: UnsafePointer<UInt16>, _ weights: PackedMatrix, _ rows: Range<Int>,
    _ columns: Range<Int>, into y: relic_sums
  ) {
    let left = unsafe relic_left(
      start: x + rows.lowerBound * grid.channels, stride: grid.channels)
    unsafe relic_multiply(
      rows.count, columns.count, grid.channels, left, weights.start(column: columns.lowerBound),
      y.from(row: rows.lowerBound, column: columns.lowerBound))
  }

  private func applyTaps(
    _ x: UnsafePointer<UInt16>, weights: PackedMatrix, into y: relic_sums
  ) {
    // A run that is not wholly inside the image would count as zeros.
    let taps = runs.flatMap { run in
      (0..<run.count).map { relic_tap_run(dy: run.dy, dx: run.dx + $0, count: 1) }
    }
    let steps = relic_pixel_steps(
      image: outputHeight * outputWidth, row: step * outputWidth, column: step)
    let start = unsafe y.from(row: origin.row * outputWidth + origin.column, column: 0)
    let cut = BFloat16Cut(m: batch * gridArea, n: outputs, k: depth, cutsDepth: false)
    parallel(cut.tasks) { task in
      let part = cut.part(task)
      let column = part.columns.lowerBound
      unsafe relic_multiply_patches(
        grid, taps, taps.count, batch, part.rows.lowerBound, part.rows.count, x,
        part.columns.count, weights.start(column: column), steps,
        start.from(row: 0, column: column))
    }
  }
}
