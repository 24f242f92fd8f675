internal import CKernels

/// A 3x3 convolution of bfloat16 numbers by Winograd's filtering, as `WinogradConvolution` has it.
///
/// The transforms compute in floats; inputs and weights of the products are rounded after theirs.
struct BFloat16Winograd {
  let shape: [Int]
  let tiles: WinogradConvolution

  /// Tiles that go through all three steps at once, on one worker: what lies between the steps stays
  /// in the cache, and there are enough to multiply.
  private var chunk: Int {
    max(48, 800_000 / (tiles.points * (2 * tiles.inputs + 4 * tiles.outputs)))
  }

  /// Returns `[…, height, width, outputs]`, normalised, for `x` of shape `[…, height, width, inputs]`,
  /// the weights of the points and a residual of the output's shape.
  func callAsFunction(
    _ x: BFloat16Tensor, _ weights: [PackedMatrix], _ normalization: Normalization,
    adding residual: BFloat16Tensor?
  ) -> BFloat16Tensor {
    let rows = ImageShape(shape).images * tiles.tilesHigh
    let grain = (chunk + tiles.tilesWide - 1) / tiles.tilesWide
    return unsafe BFloat16Tensor(shape.dropLast() + [tiles.outputs]) { y in
      unsafe RowPass.whole.withPointers(reading: x, residual, normalization.parameters) {
        _, x, residual, scales in
        let finish = unsafe relic_finish(
          scale: scales, shift: scales + tiles.outputs, residual: residual,
          activation: normalization.activation.kernel)
        parallelRows(rows, grain: grain) { unsafe apply($0, x, weights, finish, into: y) }
      }
    }
  }

  /// Takes rows of tiles through all three steps.
  private func apply(
    _ rows: Range<Int>, _ x: UnsafePointer<UInt16>, _ weights: [PackedMatrix],
    _ finish: relic_finish, into y: UnsafeMutablePointer<UInt16>
  ) {
    let (inputs, outputs) = (tiles.inputs, tiles.outputs)
    let (first, count) = (rows.lowerBound * tiles.tilesWide, rows.count * tiles.tilesWide)
    let before = WinogradConvolution.plane(count, inputs)
    let after = WinogradConvolution.plane(count, outputs)
    let input = Storage(count: (tiles.points * before + 1) / 2)
    let product = Storage(count: tiles.points * after)
    let (v, m) = unsafe (input.halves, product.pointer)
    unsafe relic_winograd_input_rounded(
      tiles.grid(channels: inputs, plane: before), first, count, x, v)
    for point in 0..<tiles.points {
      unsafe relic_multiply(
        count, outputs, inputs, relic_left(start: v + point * before, stride: inputs),
        weights[point].start(), relic_sums(floats: m + point * after, stride: outputs))
    }
    unsafe relic_winograd_output_rounded(
      tiles.grid(channels: outputs, plane: after), first, count, m, finish, y)
    withExtendedLifetime((input, product)) {}
  }
}
