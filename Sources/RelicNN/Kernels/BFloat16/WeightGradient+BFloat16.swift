internal import CKernels

extension WeightGradient {
  /// Returns `[kernel, kernel, inputs, outputs]` for bfloat16 numbers `x` and `dy` of the convolution,
  /// with float sums.
  func computed(x: BFloat16Tensor, dy: BFloat16Tensor) -> Tensor {
    let slices = chunkSlices
    let groups = self.groups(slices: slices.count, byPosition: false)
    var parts = (0..<groups).map { _ in
      Tensor(uninitialized: [kernel, kernel, inputs, outputs])
    }
    unsafe RowPass.whole.withPointers(reading: x, dy) { _, x, dy in
      let targets = unsafe parts.indices.map { unsafe parts[$0].mutableStart() }
      parallel(slices.count * groups) { task in
        let (index, group) = task.quotientAndRemainder(dividingBy: groups)
        unsafe addChunks(slices[index], group, of: groups, x, dy, into: targets[group])
      }
    }
    return summed(&parts, slices, isWhole: isSmall)
  }

  /// Adds up the products of chunks of pixels, an even number but for the last, for pixels make pairs.
  private func addChunks(
    _ slice: Slice, _ group: Int, of groups: Int, _ x: UnsafePointer<UInt16>,
    _ dy: UnsafePointer<UInt16>, into target: UnsafeMutablePointer<Float>
  ) {
    let pixels = convolution.batch * convolution.gridArea
    let runs = runs(of: slice)
    let depth = runs.reduce(0) { $0 + $1.count } * inputs
    let rows = kernel == 1 ? slice.channels.count : depth
    let firstRow = slice.run * kernel * inputs + slice.channels.lowerBound
    let chunk = min(max(262_144 / rows, 256), 1024)
    let panel = Storage(count: convolution.isPlain ? 1 : chunk * depth / 2)
    let left = Storage(count: relic_packed_count(chunk, rows) / 2)
    let right = Storage(count: relic_packed_count(chunk, outputs) / 2)
    let range = (group * pixels / groups)..<((group + 1) * pixels / groups)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
      let count = min(chunk, range.upperBound - first)
      var start = unsafe x + first * inputs
      if !convolution.isPlain {
        unsafe gather(runs, first, count, x, into: panel)
        unsafe start = UnsafePointer(panel.halves)
      }
      let patches = unsafe relic_matrix(
        floats: nil, rounded: start + slice.channels.lowerBound, stride: depth)
      let gradient = unsafe relic_matrix(
        floats: nil, rounded: dy + first * outputs, stride: outputs)
      unsafe relic_pack_pairs(count, rows, patches, 0, Int(relic_left_panel), left.halves)
      unsafe relic_pack_pairs(count, outputs, gradient, 0, PackedMatrix.panel, right.halves)
      unsafe relic_multiply(
        rows, outputs, count, relic_left(start: left.halves, stride: 0), right.halves,
        relic_sums(
          floats: target + firstRow * outputs, stride: outputs, adds: first > range.lowerBound))
    }
    withExtendedLifetime((panel, left, right)) {}
  }

  /// Gathers patches of bfloat16 numbers, pairs of which are copied as if they were floats.
  private func gather(
    _ runs: [relic_tap_run], _ first: Int, _ count: Int, _ x: UnsafePointer<UInt16>,
    into panel: Storage
  ) {
    var grid = convolution.grid
    grid.channels /= 2
    let pairs = unsafe UnsafeRawPointer(x).assumingMemoryBound(to: Float.self)
    unsafe relic_gather_patches(grid, runs, runs.count, first, count, pairs, panel.pointer)
  }
}
