internal import CKernels
internal import Synchronization

/// Mean and variance of every view and channel, gathered from ranges of rows in any order.
///
/// Each range is summed up on its own, by whichever worker has its rows in the cache; the ranges are
/// joined in the order of their rows, so the result does not depend on who came first.
package struct BatchMoments: ~Copyable, Sendable {
  struct Part: Sendable {
    let firstRow: Int
    let rows: Int
    /// Channel means, then sums of squared deviations from them.
    let moments: Tensor
  }

  let channels: Int
  let views: Int
  let rowsPerView: Int
  private let parts = Mutex<[Part]>([])

  /// Prepares to gather feature maps of a shape.
  init(of shape: [Int]) {
    let images = ImageShape(shape)
    (channels, views) = (images.channels, images.views)
    rowsPerView = images.images * images.pixels / views
  }

  /// Adds all rows of `z`, `[…, channels]`.
  borrowing func add(_ z: Tensor) {
    let grain = Normalization.grain(channels: channels)
    unsafe RowPass.whole.withPointers(reading: z) { _, z in
      parallelRows(views * rowsPerView, grain: grain) { unsafe add(z, rows: $0) }
    }
  }

  /// Adds pixels of an output; together the calls must cover every pixel once.
  borrowing func add(_ pixels: borrowing FinishedPixels) {
    unsafe add(pixels.output, rows: pixels.range)
  }

  private borrowing func add(_ z: UnsafePointer<Float>, rows: Range<Int>) {
    unsafe add(rows) { first, count, mean in
      unsafe relic_moments(count, channels, z + first * channels, mean, mean + channels)
    }
  }

  /// Adds rows of numbers of IEEE binary16, `[…, channels]`; together the calls must cover every row
  /// once.
  borrowing func add(_ z: UnsafePointer<UInt16>, rows: Range<Int>) {
    unsafe add(rows) { first, count, mean in
      unsafe relic_moments_of_half(count, channels, z + first * channels, mean, mean + channels)
    }
  }

  /// Adds rows whose moments `write` writes: those of a number of them from the first on.
  private borrowing func add(
    _ rows: Range<Int>,
    _ write: (_ first: Int, _ count: Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    var first = rows.lowerBound
    while first < rows.upperBound {
      let end = min(rows.upperBound, (first / rowsPerView + 1) * rowsPerView)
      var moments = Tensor(uninitialized: [2, channels])
      unsafe RowPass.whole.withPointers(writing: &moments) { _, mean in
        unsafe write(first, end - first, mean)
      }
      let part = Part(firstRow: first, rows: end - first, moments: moments)
      parts.withLock { $0.append(part) }
      first = end
    }
  }

  /// The means and the sums of squared deviations of the gathered rows, `[channels]` for each view.
  ///
  /// Chan, Golub and LeVeque 1983.
  borrowing func joined() -> (mean: [[Double]], deviations: [[Double]]) {
    let sorted = parts.withLock { $0.sorted { $0.firstRow < $1.firstRow } }
    precondition(
      sorted.reduce(0) { $0 + $1.rows } == views * rowsPerView, "rows are missing from the moments")
    var mean = Array(repeating: Array(repeating: 0.0, count: channels), count: views)
    var deviations = mean
    for part in sorted {
      let (view, before) = part.firstRow.quotientAndRemainder(dividingBy: rowsPerView)
      unsafe RowPass.whole.withPointers(reading: part.moments) { _, moments in
        unsafe relic_join_moments(
          channels, before, part.rows, moments, moments + channels, &mean[view],
          &deviations[view])
      }
    }
    return (mean, deviations)
  }
}
