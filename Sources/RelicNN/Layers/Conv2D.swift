internal import CKernels
internal import Foundation

/// A square two-dimensional convolution without bias (cross-correlation, as in PyTorch's `Conv2d`).
public struct Conv2D: Convolution {
  /// Shape `[kernel, kernel, inputs, outputs]`.
  public private(set) var weight: Parameter

  let stride: Int
  let padding: Int

  var kernel: Int { weight.value.shape[0] }
  var inputs: Int { weight.value.shape[2] }
  /// Channels of the output.
  public var outputs: Int { weight.value.shape[3] }

  /// Creates a layer from a weight of shape `[kernel, kernel, inputs, outputs]`.
  public init(weight: Tensor, stride: Int = 1, padding: Int = 0) {
    precondition(
      weight.shape.count == 4 && weight.shape[0] == weight.shape[1],
      "a square kernel is [k, k, inputs, outputs], not \(weight.shape)")
    precondition(
      stride > 0 && padding >= 0 && padding < weight.shape[0],
      "cannot slide a kernel of \(weight.shape[0]) by \(stride) with padding \(padding)")
    self.weight = Parameter(weight, role: .convolutionWeight)
    self.stride = stride
    self.padding = padding
  }

  /// Creates a layer with He's normal initialisation over the fan-out, as torchvision's ResNet.
  public init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    using generator: inout Philox
  ) {
    let deviation = (2 / Float(outputs * kernel * kernel)).squareRoot()
    let shape = [kernel, kernel, inputs, outputs]
    self.init(
      weight: Tensor(normal: shape, deviation: deviation, using: &generator), stride: stride,
      padding: padding)
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    unsafe self(x) { _, _ in }
  }

  /// Returns `[batch, outHeight, outWidth, outputs]`, and calls `finish` on ranges of its pixels.
  public func callAsFunction(
    _ x: Tensor, finish: (_ y: UnsafeMutablePointer<Float>, _ pixels: Range<Int>) -> Void
  ) -> Tensor {
    precondition(
      x.shape.count == 4 && x.shape[3] == inputs, "\(inputs) input channels, not \(x.shape)")
    let shape = outputShape(x.shape)
    precondition(
      shape[1] > 0 && shape[2] > 0, "a kernel of \(kernel) does not fit into \(x.shape)")
    var y = Tensor(uninitialized: shape)
    let convolution = forwardConvolution(x.shape, height: shape[1], width: shape[2])
    let winograd = winograd(x.shape, inputs: inputs, outputs: outputs)
    unsafe y.withMutableElements { y in
      unsafe x.withElements { x in
        unsafe weight.value.withElements { w in
          guard let x = x.baseAddress, let w = w.baseAddress, let y = y.baseAddress else { return }
          if let winograd = winograd {
            unsafe winograd.apply(x, weights: w, into: y) { unsafe finish(y, $0) }
          } else {
            unsafe convolution.apply(x, weights: MatrixView(start: w, stride: outputs), into: y) {
              unsafe finish(y, $0)
            }
          }
        }
      }
    }
    return y
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `x` of shape
  /// `[batch, height, width, inputs]`, and keeps `x`.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: ConvolutionCache) {
    (self(x, .batch(views: views)), ConvolutionCache(x: x))
  }

  /// Returns `dx` of shape `[batch, height, width, inputs]` for `dy` of shape
  /// `[batch, outHeight, outWidth, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming ConvolutionCache)
    -> Tensor
  {
    backwardWeight(dy, cache)
    return inputGradient(dy, inputShape: cache.x.shape)
  }

  /// Adds to the weight's gradient alone, for a layer whose input needs none.
  public mutating func backwardWeight(_ dy: borrowing Tensor, _ cache: borrowing ConvolutionCache) {
    if let winograd = winograd(cache.x.shape, inputs: inputs, outputs: outputs) {
      weight.accumulate(winograd.weightGradient(x: cache.x, dy: dy))
      return
    }
    let convolution = forwardConvolution(cache.x.shape, height: dy.shape[1], width: dy.shape[2])
    weight.accumulate(
      WeightGradient(convolution: convolution, kernel: kernel).computed(x: cache.x, dy: dy))
  }

  /// Visits `weight`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &weight)
  }

  /// Returns `[batch, outHeight, outWidth, outputs]` for `[batch, height, width, inputs]`.
  public func outputShape(_ shape: [Int]) -> [Int] {
    let extents = shape[1...2].map { ($0 + 2 * padding - kernel) / stride + 1 }
    return [shape[0], extents[0], extents[1], outputs]
  }

  /// The fast form of the convolution from `inputs` to `outputs` channels, where there is one.
  private func winograd(_ shape: [Int], inputs: Int, outputs: Int) -> WinogradConvolution? {
    guard kernel == 3 && stride == 1 && padding == 1 else { return nil }
    return WinogradConvolution(
      batch: shape[0], height: shape[1], width: shape[2], inputs: inputs, outputs: outputs)
  }

  private func forwardConvolution(_ shape: [Int], height: Int, width: Int) -> PatchConvolution {
    PatchConvolution(
      batch: shape[0],
      grid: relic_patch_grid(
        height: shape[1], width: shape[2], channels: inputs, grid_height: height,
        grid_width: width, stride: stride),
      runs: (0..<kernel).map { relic_tap_run(dy: $0 - padding, dx: -padding, count: kernel) },
      outputHeight: height, outputWidth: width, outputs: outputs)
  }
}

// MARK: - Gradient with respect to the input

extension Conv2D {
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

    init(_ layer: Conv2D, phase: Int, inputExtent: Int, outputExtent: Int) {
      let positions = (inputExtent - phase + layer.stride - 1) / layer.stride
      func offset(_ tap: Int) -> Int { (phase + layer.padding - tap) / layer.stride }
      taps = (0..<layer.kernel).filter { tap in
        (tap - phase - layer.padding) % layer.stride == 0
          && (1 - positions..<outputExtent).contains(offset(tap))
      }.reversed()
      self.offset = taps.first.map(offset) ?? 0
      self.positions = positions
    }
  }

  /// Returns `dx`: for each phase of the stride, a convolution of `dy` with the taps that reach it.
  private func inputGradient(_ dy: Tensor, inputShape shape: [Int]) -> Tensor {
    var dx = Tensor(uninitialized: shape)
    for phase in 0..<(stride * stride) {
      let (row, column) = (phase / stride, phase % stride)
      guard row < shape[1] && column < shape[2] else { continue }
      let rows = PhaseTaps(
        self, phase: row, inputExtent: shape[1], outputExtent: dy.shape[1])
      let columns = PhaseTaps(
        self, phase: column, inputExtent: shape[2], outputExtent: dy.shape[2])
      let runs = rows.taps.indices.map {
        relic_tap_run(dy: rows.offset + $0, dx: columns.offset, count: columns.taps.count)
      }
      let convolution = PatchConvolution(
        batch: shape[0],
        grid: relic_patch_grid(
          height: dy.shape[1], width: dy.shape[2], channels: outputs,
          grid_height: rows.positions, grid_width: columns.positions, stride: 1),
        runs: columns.taps.isEmpty ? [] : runs, origin: (row, column), step: stride,
        outputHeight: shape[1], outputWidth: shape[2], outputs: inputs)
      let taps = rows.taps.flatMap { ky in columns.taps.map { kx in (ky, kx) } }
      apply(convolution, taps: taps, dy: dy, into: &dx)
    }
    return dx
  }

  private func apply(
    _ convolution: PatchConvolution, taps: [(row: Int, column: Int)], dy: Tensor,
    into dx: inout Tensor
  ) {
    guard !taps.isEmpty else { return convolution.clear(&dx) }
    let size = inputs * outputs
    let winograd =
      taps.count == kernel * kernel ? winograd(dx.shape, inputs: outputs, outputs: inputs) : nil
    unsafe dx.withMutableElements { dx in
      unsafe dy.withElements { dy in
        unsafe weight.value.withElements { w in
          guard let dx = dx.baseAddress, let dy = dy.baseAddress, let w = w.baseAddress else {
            return
          }
          if taps.count == 1 {
            let tap = taps[0].row * kernel + taps[0].column
            let matrix = unsafe MatrixView(start: w + tap * size, stride: outputs, transposed: true)
            unsafe convolution.apply(dy, weights: matrix, into: dx) { _ in }
            return
          }
          let turned = Storage(count: taps.count * size)
          parallel(taps.count) { index in
            let tap = taps[index].row * kernel + taps[index].column
            unsafe relic_transpose(
              inputs, outputs, w + tap * size, outputs, turned.pointer + index * size, inputs)
          }
          if let winograd {
            unsafe winograd.apply(dy, weights: turned.pointer, into: dx) { _ in }
          } else {
            let matrix = unsafe MatrixView(start: turned.pointer, stride: inputs)
            unsafe convolution.apply(dy, weights: matrix, into: dx) { _ in }
          }
          withExtendedLifetime(turned) {}
        }
      }
    }
  }
}

extension PatchConvolution {
  /// Sets the output pixels of the grid to zero, for a phase that no tap reaches.
  fileprivate func clear(_ output: inout Tensor) {
    unsafe output.withMutableElements { y in
      guard let y = y.baseAddress else { return }
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
}
