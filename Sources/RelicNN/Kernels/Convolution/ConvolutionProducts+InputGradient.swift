internal import CKernels

extension ConvolutionProducts {
  /// Returns `∂/∂x`: for each phase of the stride, a convolution of `dy` with the taps that reach it.
  func inputGradient(_ dy: Tensor, weight: Tensor) -> Tensor {
    var dx = Tensor(uninitialized: inputShape)
    for phase in inputPhases {
      unsafe RowPass.whole.withPointers(writing: &dx, reading: dy, weight) { _, dx, dy, weight in
        unsafe apply(phase.convolution, taps: phase.taps, dy, weight, into: dx)
      }
    }
    return dx
  }

  /// `[…, height, width, inputs]`.
  var inputShape: [Int] { input.leading + [input.height, input.width, inputs] }

  /// For each phase of the stride, the convolution of `dy` that gives its part of `dx`, and its taps,
  /// counted over the kernel.
  var inputPhases: [(convolution: PatchConvolution, taps: [Int])] {
    (0..<(stride * stride)).compactMap { phase in
      let (row, column) = (phase / stride, phase % stride)
      guard row < input.height && column < input.width else { return nil }
      let rows = PhaseTaps(self, phase: row, inputExtent: input.height, outputExtent: outHeight)
      let columns = PhaseTaps(
        self, phase: column, inputExtent: input.width, outputExtent: outWidth)
      let runs = rows.taps.indices.map {
        relic_tap_run(dy: rows.offset + $0, dx: columns.offset, count: columns.taps.count)
      }
      let convolution = PatchConvolution(
        batch: input.images,
        grid: relic_patch_grid(
          height: outHeight, width: outWidth, channels: outputs, grid_height: rows.positions,
          grid_width: columns.positions, stride: 1),
        runs: columns.taps.isEmpty ? [] : runs, origin: (row, column), step: stride,
        outputHeight: input.height, outputWidth: input.width, outputs: inputs)
      let taps = rows.taps.flatMap { row in columns.taps.map { row * kernel + $0 } }
      return (convolution, taps)
    }
  }

  /// Kernel taps along one axis by which input positions of one phase of the stride meet output.
  ///
  /// Input position `i = stride · j + phase` meets output position
  /// `(i + padding - tap) / stride = j + offset`; taps are listed by rising offset.
  private struct PhaseTaps {
    /// The kernel indices, falling by the stride.
    var taps: [Int]
    /// The offset of the first of them.
    var offset: Int
    /// The input positions.
    var positions: Int

    init(_ sizes: ConvolutionProducts, phase: Int, inputExtent: Int, outputExtent: Int) {
      let (stride, padding) = (sizes.stride, sizes.padding)
      let positions = (inputExtent - phase + stride - 1) / stride
      func offset(_ tap: Int) -> Int { (phase + padding - tap) / stride }
      taps = (0..<sizes.kernel).filter { tap in
        (tap - phase - padding) % stride == 0
          && (1 - positions..<outputExtent).contains(offset(tap))
      }.reversed()
      self.offset = taps.first.map(offset) ?? 0
      self.positions = positions
    }
  }

  /// Writes one phase of `dx` by the taps listed, counted over the kernel.
  private func apply(
    _ convolution: PatchConvolution, taps: [Int], _ dy: UnsafePointer<Float>,
    _ weight: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>
  ) {
    if taps.isEmpty { return unsafe convolution.clear(dx) }
    let size = inputs * outputs
    if taps.count == 1 {
      let matrix = unsafe MatrixView(
        start: weight + taps[0] * size, stride: outputs, transposed: true)
      return unsafe convolution.apply(dy, weights: matrix, into: dx) { _ in }
    }
    let transposed = Storage(count: taps.count * size)
    unsafe transpose(weight, taps, into: transposed.pointer)
    let winograd =
      taps.count == kernel * kernel ? winograd(inputs: outputs, outputs: inputs) : nil
    if let winograd {
      unsafe winograd.apply(dy, weights: transposed.pointer, into: dx) { _ in }
    } else {
      let matrix = unsafe MatrixView(start: transposed.pointer, stride: inputs)
      unsafe convolution.apply(dy, weights: matrix, into: dx) { _ in }
    }
    withExtendedLifetime(transposed) {}
  }

  /// Writes `[taps, outputs, inputs]`: the order of the taps flips the kernel, and inputs and outputs
  /// change places in each of them.
  func transpose(
    _ weight: UnsafePointer<Float>, _ taps: [Int], into transposed: UnsafeMutablePointer<Float>
  ) {
    let size = inputs * outputs
    parallel(taps.count) { index in
      unsafe relic_transpose(
        inputs, outputs, weight + taps[index] * size, outputs, transposed + index * size, inputs)
    }
  }
}

extension PatchConvolution {
  /// Sets the output pixels of the grid to zero, for a phase that no tap reaches.
  func clear(_ y: UnsafeMutablePointer<Float>) {
    parallelRows(batch * grid.grid_height, grain: 64) { rows in
      for index in rows {
        let (image, row) = index.quotientAndRemainder(dividingBy: grid.grid_height)
        let line = (image * outputHeight + origin.row + row * step) * outputWidth
        for column in 0..<grid.grid_width {
          let place = line + origin.column + column * step
          unsafe (y + place * outputs).update(repeating: 0, count: outputs)
        }
      }
    }
  }
}
