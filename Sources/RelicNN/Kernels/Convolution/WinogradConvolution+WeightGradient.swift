internal import CKernels

extension WinogradConvolution {
  /// Returns `∂/∂weights`, `[3, 3, inputs, outputs]`, for `x` and `dy`.
  func weightGradient(x: Tensor, dy: Tensor) -> Tensor {
    var gradient = Tensor(uninitialized: [3, 3, inputs, outputs])
    unsafe RowPass.whole.withPointers(writing: &gradient, reading: x, dy) { _, dw, x, dy in
      let sums = unsafe goesByChunk ? sumsByChunk(x, dy) : sumsByPoint(x, dy)
      parallelRows(size / 16, grain: 256) { range in
        let (first, count) = (range.lowerBound * 16, range.count * 16)
        for point in 0..<points {
          let start = point * size + first
          for part in sums.dropFirst() {
            unsafe relic_add_scaled(count, 1, part.pointer + start, sums[0].pointer + start)
          }
        }
        unsafe relic_winograd_weight_gradient(tile, size, first, count, sums[0].pointer, dw)
      }
      withExtendedLifetime(sums) {}
    }
    return gradient
  }

  /// Groups of tiles are summed apart, to be added in order whatever the number of workers.
  private func sumsByChunk(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>) -> [Storage] {
    let rows = batch * tilesHigh
    let groups = min(size <= 4096 ? 8 : 4, (rows + tileRows - 1) / tileRows)
    let sums = (0..<groups).map { _ in Storage(count: points * size) }
    let most = tileRows * tilesWide
    let (before, after) = (Self.plane(most, inputs), Self.plane(most, outputs))
    parallel(groups) { group in
      let range = (group * rows / groups)..<((group + 1) * rows / groups)
      let input = Storage(count: points * before)
      let output = Storage(count: points * after)
      let (v, dm) = unsafe (input.pointer, output.pointer)
      for row in stride(from: range.lowerBound, to: range.upperBound, by: tileRows) {
        let first = row * tilesWide
        let count = min(tileRows, range.upperBound - row) * tilesWide
        unsafe relic_winograd_input(grid(channels: inputs, plane: before), first, count, x, v)
        unsafe relic_winograd_output_gradient(
          grid(channels: outputs, plane: after), first, count, dy, dm)
        for point in 0..<points {
          unsafe multiply(
            m: inputs, n: outputs, k: count,
            MatrixView(start: v + point * before, stride: inputs, transposed: true),
            MatrixView(start: dm + point * after, stride: outputs),
            adding: row > range.lowerBound, into: sums[group].pointer + point * size,
            cStride: outputs)
        }
      }
      withExtendedLifetime((input, output)) {}
    }
    return sums
  }

  /// One sum for every point, over all tiles in turn.
  private func sumsByPoint(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>) -> [Storage] {
    let sum = Storage(count: points * size)
    for first in stride(from: 0, to: batch * tilesHigh, by: tileRows) {
      let rows = first..<min(first + tileRows, batch * tilesHigh)
      let count = rows.count * tilesWide
      let (before, after) = (Self.plane(count, inputs), Self.plane(count, outputs))
      let input = Storage(count: points * before)
      let output = Storage(count: points * after)
      let (v, dm) = unsafe (input.pointer, output.pointer)
      unsafe transform(
        rows, x, into: v, grid(channels: inputs, plane: before), relic_winograd_input)
      unsafe transform(
        rows, dy, into: dm, grid(channels: outputs, plane: after), relic_winograd_output_gradient)
      parallel(2 * points) { task in
        let point = task / 2
        let half = (task % 2 * inputs / 2)..<((task % 2 + 1) * inputs / 2)
        let start = half.lowerBound
        unsafe multiply(
          m: half.count, n: outputs, k: count,
          MatrixView(start: v + point * before + start, stride: inputs, transposed: true),
          MatrixView(start: dm + point * after, stride: outputs), adding: first > 0,
          into: sum.pointer + point * size + start * outputs, cStride: outputs)
      }
      withExtendedLifetime((input, output)) {}
    }
    return [sum]
  }
}
