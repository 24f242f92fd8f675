internal import CKernels

/// A normalisation of `[…, channels]` by known moments, and the activation after it.
///
/// `y = activation(scales · z + shifts + residual)`, with scales and shifts for each view and channel.
struct Normalization {
  let channels: Int
  let activation: Activation
  /// `[views · channels]`, as is the next one.
  let mean: [Float]
  let inverseDeviation: [Float]
  /// Scales, shifts and means, `[3, views · channels]`.
  let parameters: Tensor

  var views: Int { mean.count / channels }

  /// Creates the normalisation by moments of `[views · channels]`, with scale and shift of
  /// `[channels]` after it.
  init(
    mean: [Float], inverseDeviation: [Float], scale: Tensor, shift: Tensor, activation: Activation
  ) {
    channels = scale.count
    self.activation = activation
    self.mean = mean
    self.inverseDeviation = inverseDeviation
    let (channels, scale, shift) = (channels, scale.scalars, shift.scalars)
    let scales = mean.indices.map { scale[$0 % channels] * inverseDeviation[$0] }
    let shifts = mean.indices.map { shift[$0 % channels] - mean[$0] * scales[$0] }
    parameters = Tensor(scales + shifts + mean, shape: [3, mean.count])
  }

  /// The pass over `count` elements, in chunks of rows none of which crosses from view to view.
  func pass(_ count: Int) -> RowPass {
    RowPass(rows: count / channels, grain: Self.grain(channels: channels), blocks: views)
  }

  /// Rows in one task.
  static func grain(channels: Int) -> Int { max(64, (1 << 15) / channels) }

  /// Returns the output for `z` and a residual of its shape.
  func normalized(_ z: Tensor, adding residual: Tensor?) -> Tensor {
    check(residual, count: z.count)
    var y = Tensor(uninitialized: z.shape)
    unsafe pass(z.count).withPointers(
      writing: &y, reading: z, residual, Shared(parameters)
    ) { chunk, y, z, residual, scales in
      unsafe write(
        chunk.rows.count, z, residual, scales: scales + chunk.block * channels, into: y)
    }
    return y
  }

  /// Replaces `z` by the output for it and a residual of its shape.
  func normalize(_ z: inout Tensor, adding residual: Tensor?) {
    check(residual, count: z.count)
    unsafe pass(z.count).withPointers(
      writing: &z, reading: residual, Shared(parameters)
    ) { chunk, z, residual, scales in
      unsafe write(
        chunk.rows.count, z, residual, scales: scales + chunk.block * channels, into: z)
    }
  }

  /// Replaces pixels by the output for them and the same pixels of a residual, of one view.
  func normalize(_ pixels: borrowing FinishedPixels, adding residual: Tensor?) {
    let first = pixels.range.lowerBound * channels
    let z = unsafe pixels.output + first
    let count = pixels.range.count
    unsafe RowPass.whole.withPointers(reading: residual, parameters) { _, residual, scales in
      unsafe write(count, z, residual.map { unsafe $0 + first }, scales: scales, into: z)
    }
  }

  /// Traps unless a residual of `count` elements can be added.
  func check(_ residual: (any FloatSource)?, count: Int) {
    guard let residual else { return }
    precondition(residual.count == count, "a residual must have \(count) elements")
    precondition(activation != .silu, "SiLU takes no residual")
  }

  /// Writes the output for rows of one view, whose scales are given, to `y`, which may be `z`.
  func write(
    _ rows: Int, _ z: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
    scales: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    unsafe relic_normalize(
      rows, channels, z, scales, scales + views * channels, residual, activation.kernel, y)
  }
}
