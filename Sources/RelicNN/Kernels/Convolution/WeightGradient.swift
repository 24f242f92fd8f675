internal import CKernels

/// `dW = patchesᵀ · dy` of a convolution, summed over all output pixels.
///
/// The work is cut twice: into slices of the kernel, which touch different rows of `dW`, and into
/// groups of pixels, whose partial sums are added in order afterwards. Neither number depends on
/// how many workers there are.
struct WeightGradient {
  let convolution: PatchConvolution
  let kernel: Int

  /// Rows of `dW` computed by one task: taps of one kernel row and a range of input channels.
  struct Slice {
    let run: Int
    let firstTap: Int
    let taps: Int
    let channels: Range<Int>
  }

  var inputs: Int { convolution.grid.channels }
  var outputs: Int { convolution.outputs }
  var elements: Int { kernel * kernel * inputs * outputs }

  private var goesByPosition: Bool {
    PatchConvolution.goesByPosition(batch: convolution.batch, gridArea: convolution.gridArea)
  }

  /// Returns `[kernel, kernel, inputs, outputs]` for `x` and `dy` of the convolution.
  func computed(x: Tensor, dy: Tensor) -> Tensor {
    if convolution.isPlain {
      let pixels = convolution.batch * convolution.gridArea
      return matmul(
        x.reshaped([pixels, inputs]), dy.reshaped([pixels, outputs]), transposingA: true
      ).reshaped([kernel, kernel, inputs, outputs])
    }
    let slices = goesByPosition ? positionSlices : chunkSlices
    let groups = self.groups(slices: slices.count, byPosition: goesByPosition)
    var parts = (0..<groups).map { _ in
      Tensor(uninitialized: [kernel, kernel, inputs, outputs])
    }
    clearUntouched(&parts[0], slices)
    unsafe RowPass.whole.withPointers(reading: x, dy) { _, x, dy in
      let targets = unsafe parts.indices.map { unsafe parts[$0].mutableStart() }
      parallel(slices.count * groups) { task in
        let group = task % groups
        let slice = slices[task / groups]
        if goesByPosition {
          unsafe addPositions(slice, group, of: groups, x, dy, into: targets[group])
        } else {
          unsafe addChunks(slice, group, of: groups, x, dy, into: targets[group])
        }
      }
    }
    return summed(&parts, slices, isWhole: !goesByPosition && isSmall)
  }

  /// Partial sums: enough tasks to keep workers busy, few enough to be cheap to add.
  func groups(slices: Int, byPosition: Bool) -> Int {
    let area = convolution.gridArea
    let wanted = elements <= 160_000 ? 8 : elements <= 1_200_000 ? 4 : 2
    let most = byPosition ? area : (convolution.batch * area + 255) / 256
    return max(1, min(wanted, 16 / slices + 1, most))
  }

  // MARK: Patches that lie in memory as they are

  private var positionSlices: [Slice] {
    let grid = convolution.grid
    var slices: [Slice] = []
    for (index, run) in convolution.runs.enumerated() {
      let rows = 0..<grid.grid_height
      guard rows.contains(where: { (0..<grid.height).contains($0 * grid.stride + run.dy) }) else {
        continue
      }
      let reached = (0..<kernel).filter { tap in
        (0..<grid.grid_width).contains {
          (0..<grid.width).contains($0 * grid.stride + run.dx + tap)
        }
      }
      if inputs <= 128, let first = reached.first, let last = reached.last {
        // A large stride passes over taps in between.
        slices.append(
          Slice(run: index, firstTap: first, taps: last - first + 1, channels: 0..<inputs))
      } else {
        slices += reached.map { Slice(run: index, firstTap: $0, taps: 1, channels: 0..<inputs) }
      }
    }
    guard slices.count == 1, inputs > 128 else { return slices }
    let whole = slices[0]
    return stride(from: 0, to: inputs, by: 128).map {
      Slice(
        run: whole.run, firstTap: whole.firstTap, taps: 1, channels: $0..<min($0 + 128, inputs))
    }
  }

  private func addPositions(
    _ slice: Slice, _ group: Int, of groups: Int, _ x: UnsafePointer<Float>,
    _ dy: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    let grid = convolution.grid
    let area = convolution.gridArea
    let imageSize = grid.height * grid.width * inputs
    let run = convolution.runs[slice.run]
    let part = relic_tap_run(dy: run.dy, dx: run.dx + slice.firstTap, count: slice.taps)
    let firstRow = (slice.run * kernel + slice.firstTap) * inputs + slice.channels.lowerBound
    let rows = slice.taps == 1 ? slice.channels.count : slice.taps * inputs
    unsafe (target + firstRow * outputs).update(repeating: 0, count: rows * outputs)
    for position in (group * area / groups)..<((group + 1) * area / groups) {
      guard
        let taps = convolution.inside(
          part, row: position / grid.grid_width, column: position % grid.grid_width)
      else { continue }
      let patches = unsafe MatrixView(
        start: x + taps.offset + slice.channels.lowerBound, stride: imageSize, transposed: true)
      let gradient = unsafe MatrixView(start: dy + position * outputs, stride: area * outputs)
      unsafe multiply(
        m: slice.taps == 1 ? slice.channels.count : taps.taps * inputs, n: outputs,
        k: convolution.batch, patches, gradient, adding: true,
        into: target + (firstRow + taps.skipped * inputs) * outputs, cStride: outputs)
    }
  }

  // MARK: Patches gathered into panels

  /// Whether one task computes all rows.
  var isSmall: Bool { elements <= 160_000 }

  var chunkSlices: [Slice] {
    if isSmall {
      return [Slice(run: 0, firstTap: 0, taps: kernel, channels: 0..<inputs)]
    }
    if kernel > 1 {
      return (0..<kernel).map {
        Slice(run: $0, firstTap: 0, taps: kernel, channels: 0..<inputs)
      }
    }
    return stride(from: 0, to: inputs, by: 256).map {
      Slice(run: 0, firstTap: 0, taps: 1, channels: $0..<min($0 + 256, inputs))
    }
  }

  private func addChunks(
    _ slice: Slice, _ group: Int, of groups: Int, _ x: UnsafePointer<Float>,
    _ dy: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    let pixels = convolution.batch * convolution.gridArea
    let runs = runs(of: slice)
    let depth = runs.reduce(0) { $0 + $1.count } * inputs
    let firstRow = slice.run * kernel * inputs + slice.channels.lowerBound
    let chunk = PatchConvolution.chunk(depth: depth)
    let panel = Storage(count: chunk * depth)
    let end = (group + 1) * pixels / groups
    var first = group * pixels / groups
    var isFirst = true
    while first < end {
      let count = min(chunk, end - first)
      unsafe relic_gather_patches(
        convolution.grid, runs, runs.count, first, count, x, panel.pointer)
      let patches = unsafe MatrixView(
        start: panel.pointer + slice.channels.lowerBound, stride: depth, transposed: true)
      unsafe multiply(
        m: kernel == 1 ? slice.channels.count : depth, n: outputs, k: count, patches,
        MatrixView(start: dy + first * outputs, stride: outputs), adding: !isFirst,
        into: target + firstRow * outputs, cStride: outputs)
      isFirst = false
      first += count
    }
    withExtendedLifetime(panel) {}
  }

  /// The runs that a slice of gathered patches takes.
  func runs(of slice: Slice) -> [relic_tap_run] {
    isSmall ? convolution.runs : [convolution.runs[slice.run]]
  }

  // MARK: Sums

  /// Sets to zero the rows that no slice writes: taps that never meet the image.
  private func clearUntouched(_ part: inout Tensor, _ slices: [Slice]) {
    guard goesByPosition else { return }
    var touched = Array(repeating: false, count: kernel * kernel)
    for slice in slices {
      for tap in slice.firstTap..<(slice.firstTap + slice.taps) {
        touched[slice.run * kernel + tap] = true
      }
    }
    let size = inputs * outputs
    unsafe RowPass(rows: touched.count).withPointers(writing: &part) { tap, start in
      if !touched[tap.index] { unsafe start.update(repeating: 0, count: size) }
    }
  }

  /// Adds the partial sums of the rows that slices write, in the order of the groups.
  func summed(_ parts: inout [Tensor], _ slices: [Slice], isWhole: Bool) -> Tensor {
    var sum = parts[0].taken()
    for part in parts.dropFirst() {
      if isWhole {
        sum.add(part)
        continue
      }
      unsafe RowPass.whole.withPointers(writing: &sum, reading: part) { _, sum, part in
        parallel(slices.count) { index in
          let slice = slices[index]
          let firstRow =
            (slice.run * kernel + slice.firstTap) * inputs + slice.channels.lowerBound
          let rows = slice.taps == 1 ? slice.channels.count : slice.taps * inputs
          let start = firstRow * outputs
          unsafe relic_add_scaled(rows * outputs, 1, part + start, sum + start)
        }
      }
    }
    return sum
  }
}
