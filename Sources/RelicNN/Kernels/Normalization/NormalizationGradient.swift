internal import CKernels

/// The backward pass of a normalisation by the moments of its own input.
///
/// With g the gradient before the activation, x̂ the normalised input and means over a view:
/// `dscale = Σ g x̂`, `dshift = Σ g`, `dz = scale / σ · (g - mean(g) - x̂ · mean(g x̂))`, which is
/// `a · g + b · z + c` for each view and channel.
struct NormalizationGradient {
  /// Shape `[channels]`, as is the next one.
  let dScale: Tensor
  let dShift: Tensor

  private let normalization: Normalization
  /// Scales, shifts and means as in `Normalization`, then a, b and c, `[6, views · channels]`.
  private let parameters: Tensor
  /// Whether `dy` still is the gradient after a rectifier, so that `dz` applies the rectifier's own.
  private let masks: Bool

  /// Sums up over the rows what every channel's gradients need.
  ///
  /// - Parameters:
  ///   - dy: The gradient of the output; becomes g if `writes`.
  ///   - z: The input.
  ///   - y: The output, where `z` alone does not tell where a rectifier is open.
  ///   - normalization: The one that led from `z` to `y`.
  ///   - scale: The layer's own scale, `[channels]`.
  ///   - writes: Whether g replaces `dy`.
  ///   - whole: Returns the sums over the whole batch, of which these rows may be a part; the means in
  ///     `dz` are by them, while `dscale` and `dshift` are of these rows alone.
  init(
    _ dy: inout Tensor, z: any FloatSource, y: (any FloatSource)?, _ normalization: Normalization,
    scale: Tensor, writes: Bool, whole: (NormalizationSums) -> NormalizationSums = { $0 }
  ) {
    let (channels, views) = (normalization.channels, normalization.views)
    let own = NormalizationSums(
      values: Self.sums(&dy, z: z, y: y, normalization, writes: writes),
      rows: Double(dy.count / channels / views))
    let all = whole(own)
    var dScale = Array(repeating: Float(0), count: channels)
    var dShift = dScale
    var coefficients = Array(repeating: Float(0), count: 3 * views * channels)
    let scale = scale.scalars
    for index in 0..<(views * channels) {
      let (view, channel) = index.quotientAndRemainder(dividingBy: channels)
      let inverse = Double(normalization.inverseDeviation[index])
      dScale[channel] += Float(own.values[view][channels + channel] * inverse)
      dShift[channel] += Float(own.values[view][channel])
      let (sum, product) = (
        all.values[view][channel], all.values[view][channels + channel] * inverse
      )
      let a = Double(scale[channel]) * inverse
      let b = -a * inverse * product / all.rows
      coefficients[index] = Float(a)
      coefficients[views * channels + index] = Float(b)
      coefficients[2 * views * channels + index] = Float(
        -a * sum / all.rows - b * Double(normalization.mean[index]))
    }
    self.dScale = Tensor(dScale, shape: [channels])
    self.dShift = Tensor(dShift, shape: [channels])
    self.normalization = normalization
    masks = normalization.activation == .relu && !writes
    parameters = .concatenated([
      normalization.parameters, Tensor(coefficients, shape: [3, views * channels]),
    ])
  }

  /// Returns `Σ g` and `Σ g (z - mean)` of every channel, an array a view.
  private static func sums(
    _ dy: inout Tensor, z: any FloatSource, y: (any FloatSource)?, _ normalization: Normalization,
    writes: Bool
  ) -> [[Double]] {
    let (channels, views) = (normalization.channels, normalization.views)
    let pass = normalization.pass(dy.count)
    var partial = Tensor(uninitialized: [pass.chunks, 2, channels])
    unsafe RowPass.whole.withPointers(writing: &partial, reading: normalization.parameters) {
      _, partial, parameters in
      func add(
        _ chunk: RowPass.Chunk, _ dy: UnsafePointer<Float>, writing g: UnsafeMutablePointer<Float>?
      ) {
        let sum = unsafe partial + chunk.index * 2 * channels
        let scale = unsafe parameters + chunk.block * channels
        let range = (chunk.rows.lowerBound * channels)..<(chunk.rows.upperBound * channels)
        let (zs, ys) = (Self.room(z, range.count), Self.room(y, range.count))
        unsafe relic_normalize_backward_sums(
          chunk.rows.count, channels, dy, z.floats(range, scratch: zs.pointer),
          y?.floats(range, scratch: ys.pointer), scale, scale + views * channels,
          scale + 2 * views * channels, normalization.activation.kernel, g, sum, sum + channels)
        withExtendedLifetime((zs, ys)) {}
      }
      if writes {
        unsafe pass.withPointers(writing: &dy) { chunk, g in unsafe add(chunk, g, writing: g) }
      } else {
        unsafe pass.withPointers(reading: dy) { chunk, dy in unsafe add(chunk, dy, writing: nil) }
      }
    }
    var sums = Array(repeating: Array(repeating: 0.0, count: 2 * channels), count: views)
    unsafe RowPass.whole.withPointers(reading: partial) { _, partial in
      for chunk in 0..<pass.chunks {
        unsafe relic_add_to_doubles(
          2 * channels, partial + chunk * 2 * channels, &sums[chunk / pass.chunksPerBlock])
      }
    }
    return sums
  }

  /// Returns room for elements that are kept otherwise than as floats.
  private static func room(_ source: (any FloatSource)?, _ count: Int) -> Storage {
    Storage(count: source == nil || source is Tensor ? 1 : count + 8)
  }

  /// Returns `dz` for `dy`, as the sums have left it, and `z`.
  func inputGradient(_ dy: Tensor, z: any FloatSource) -> Tensor {
    var dz = Tensor(uninitialized: dy.shape)
    let count = dy.count
    unsafe RowPass.whole.withPointers(writing: &dz, reading: dy, parameters) {
      _, dz, dy, parameters in
      unsafe normalization.forEachPart(count) { part, view, scratch in
        unsafe write(part, view, dy, z, scratch, parameters, into: dz + start(part))
      }
    }
    return dz
  }

  /// Replaces `dy`, as the sums have left it, by `dz`.
  func replaceByInputGradient(_ dy: inout Tensor, z: any FloatSource) {
    let count = dy.count
    unsafe RowPass.whole.withPointers(writing: &dy, reading: parameters) { _, dy, parameters in
      unsafe normalization.forEachPart(count) { part, view, scratch in
        unsafe write(part, view, dy, z, scratch, parameters, into: dy + start(part))
      }
    }
  }

  /// Returns `dz` for `dy`, as the sums have left it, and `z`, rounded.
  func roundedInputGradient(_ dy: Tensor, z: any FloatSource) -> BFloat16Tensor {
    let count = dy.count
    return unsafe BFloat16Tensor(dy.shape) { rounded in
      unsafe RowPass.whole.withPointers(reading: dy, parameters) { _, dy, parameters in
        unsafe normalization.forEachPart(count) { part, view, scratch in
          let dz = unsafe scratch + normalization.partRoom
          unsafe write(part, view, dy, z, scratch, parameters, into: dz)
          unsafe relic_to_bfloat16(
            part.count * normalization.channels, dz, rounded + start(part))
        }
      }
    }
  }

  private func start(_ part: Range<Int>) -> Int { part.lowerBound * normalization.channels }

  /// Writes `dz` for rows of a view.
  private func write(
    _ part: Range<Int>, _ view: Int, _ dy: UnsafePointer<Float>, _ z: any FloatSource,
    _ scratch: UnsafeMutablePointer<Float>, _ parameters: UnsafePointer<Float>,
    into dz: UnsafeMutablePointer<Float>
  ) {
    let channels = normalization.channels
    let range = start(part)..<(part.upperBound * channels)
    let stride = normalization.views * channels
    let scale = unsafe parameters + view * channels
    let a = unsafe scale + 3 * stride
    unsafe relic_normalize_backward(
      part.count, channels, dy + range.lowerBound, z.floats(range, scratch: scratch), a,
      a + stride, a + 2 * stride, masks ? scale : nil, masks ? scale + stride : nil, dz)
  }
}

/// What a normalisation's gradient needs to know of all rows.
struct NormalizationSums {
  /// `Σ g`, then `Σ g (z - mean)` of every channel, an array a view.
  var values: [[Double]]
  /// Rows of a view.
  var rows: Double
}
