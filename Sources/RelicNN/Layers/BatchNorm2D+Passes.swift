internal import CKernels

// The passes over the rows of `[pixels, channels]`, on all workers.

extension BatchNorm2D {
  /// A normalisation as `scales · z + shifts`, for each view and channel.
  struct Normalization {
    let views: Int
    let mean: [Float]
    let inverseDeviation: [Float]
    /// Scales, shifts and means, `[3, views · channels]`.
    let parameters: Tensor
  }

  /// Rows in one task.
  private var grain: Int { max(64, (1 << 15) / channels) }

  /// The normalisation by the running averages.
  var runningNormalization: Normalization {
    let inverse = runningVariance.value.scalars.map { 1 / ($0 + epsilon).squareRoot() }
    return normalization(mean: runningMean.value.scalars, inverseDeviation: inverse, views: 1)
  }

  /// Returns the moments of all rows of `z`.
  func moments(_ z: Tensor, views: Int) -> BatchMoments {
    let moments = BatchMoments(rows: z.count / channels, channels: channels, views: views)
    unsafe z.withElements { z in
      guard let z = z.baseAddress else { return }
      parallelRows(moments.views * moments.rowsPerView, grain: grain) { rows in
        unsafe moments.add(z, rows: rows)
      }
    }
    return moments
  }

  /// Returns the normalisation by the moments of a batch, and moves the running averages.
  mutating func normalization(_ moments: borrowing BatchMoments) -> Normalization {
    let (mean, deviations) = moments.joined()
    let count = Double(moments.rowsPerView)
    for view in 0..<moments.views {
      let range = (view * channels)..<((view + 1) * channels)
      // Unbiased, as PyTorch stores it.
      let variance = deviations[range].map { Float($0 / (count - 1)) }
      runningMean.value.move(
        towards: Tensor(mean[range].map { Float($0) }, shape: [channels]), rate: momentum)
      runningVariance.value.move(towards: Tensor(variance, shape: [channels]), rate: momentum)
    }
    let epsilon = Double(epsilon)
    return normalization(
      mean: mean.map { Float($0) },
      inverseDeviation: deviations.map { Float(1 / ($0 / count + epsilon).squareRoot()) },
      views: moments.views)
  }

  /// Returns the normalisation by moments that are known.
  func normalization(mean: [Float], inverseDeviation: [Float]) -> Normalization {
    normalization(
      mean: mean, inverseDeviation: inverseDeviation, views: mean.count / channels)
  }

  private func normalization(
    mean: [Float], inverseDeviation: [Float], views: Int
  ) -> Normalization {
    let (scale, shift) = (self.scale.value.scalars, self.shift.value.scalars)
    let scales = mean.indices.map { scale[$0 % channels] * inverseDeviation[$0] }
    let shifts = mean.indices.map { shift[$0 % channels] - mean[$0] * scales[$0] }
    return Normalization(
      views: views, mean: mean, inverseDeviation: inverseDeviation,
      parameters: Tensor(scales + shifts + mean, shape: [3, views * channels]))
  }

  /// Returns the output for `z` and a residual of its shape.
  func normalized(
    _ z: Tensor, adding residual: Tensor?, _ normalization: Normalization
  ) -> Tensor {
    var y = Tensor(uninitialized: z.shape)
    let count = z.count
    unsafe y.withMutableElements { y in
      unsafe z.withElements { z in
        guard let y = y.baseAddress, let z = z.baseAddress else { return }
        unsafe normalize(z, count, adding: residual, normalization, into: y)
      }
    }
    return y
  }

  /// Replaces `z` by the output for it and a residual of its shape.
  func normalize(_ z: inout Tensor, adding residual: Tensor?, _ normalization: Normalization) {
    let count = z.count
    unsafe z.withMutableElements { z in
      guard let z = z.baseAddress else { return }
      unsafe normalize(z, count, adding: residual, normalization, into: z)
    }
  }

  private func normalize(
    _ z: UnsafePointer<Float>, _ count: Int, adding residual: Tensor?,
    _ normalization: Normalization, into y: UnsafeMutablePointer<Float>
  ) {
    withNormalizer(adding: residual, count: count, normalization) { normalizer in
      forEachChunk(rows: count / channels, views: normalization.views) { view, _, rows in
        unsafe normalizer(z, rows, view: view, into: y)
      }
    }
  }

  /// Writes the output of ranges of rows.
  @safe struct Normalizer {
    fileprivate let channels: Int
    fileprivate let activation: relic_activation
    fileprivate let scales: UnsafePointer<Float>
    fileprivate let shifts: UnsafePointer<Float>
    fileprivate let residual: UnsafePointer<Float>?

    /// Writes rows of one view to their places in `y`, which may be `z`.
    @unsafe func callAsFunction(
      _ z: UnsafePointer<Float>, _ rows: Range<Int>, view: Int,
      into y: UnsafeMutablePointer<Float>
    ) {
      let first = rows.lowerBound * channels
      unsafe relic_normalize(
        rows.count, channels, z + first, scales + view * channels, shifts + view * channels,
        residual.map { unsafe $0 + first }, activation, y + first)
    }
  }

  /// Calls `body` with what writes the outputs; it must not escape.
  func withNormalizer(
    adding residual: Tensor?, count: Int, _ normalization: Normalization,
    _ body: (Normalizer) -> Void
  ) {
    precondition(
      residual == nil || residual?.count == count, "a residual must have \(count) elements")
    precondition(residual == nil || activation != .silu, "SiLU takes no residual")
    unsafe normalization.parameters.withElements { parameters in
      guard let scales = parameters.baseAddress else { return }
      func call(_ residual: UnsafePointer<Float>?) {
        unsafe body(
          Normalizer(
            channels: channels, activation: activation.kernel, scales: scales,
            shifts: scales + normalization.views * channels, residual: residual))
      }
      if let residual {
        unsafe residual.withElements { unsafe call($0.baseAddress) }
      } else {
        call(nil)
      }
    }
  }

  /// Calls `body` for ranges of rows, none of which crosses from one view to the next.
  private func forEachChunk(
    rows: Int, views: Int, _ body: (_ view: Int, _ chunk: Int, _ rows: Range<Int>) -> Void
  ) {
    let perView = rows / views
    let chunks = (perView + grain - 1) / grain
    parallel(views * chunks) { task in
      let (view, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let first = view * perView + chunk * grain
      body(view, task, first..<min(first + grain, (view + 1) * perView))
    }
  }
}

// MARK: - Backwards

extension BatchNorm2D {
  /// `dz = a · g + b · z + c`, with g masked by scales and shifts where that is asked for.
  struct InputGradient {
    let views: Int
    /// Scales, shifts and means as in `Normalization`, then a, b and c, `[6, views · channels]`.
    let parameters: Tensor
  }

  /// Adds to the gradients of scale and shift; replaces `dy` by g, if asked for; returns what leads
  /// to `dz`.
  ///
  /// With g the gradient before the activation, x̂ the normalised input and means over the view:
  /// `dscale = Σ g x̂`, `dshift = Σ g`, `dz = scale / σ · (g - mean(g) - x̂ · mean(g x̂))`.
  mutating func accumulate(
    _ dy: inout Tensor, _ cache: borrowing Cache, writes: Bool
  ) -> InputGradient {
    let views = cache.mean.count / channels
    let normalization = normalization(
      mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    let sums = gradientSums(&dy, cache, normalization, writes: writes)
    var dScale = Array(repeating: Float(0), count: channels)
    var dShift = dScale
    var coefficients = Array(repeating: Float(0), count: 3 * views * channels)
    let count = Double(dy.count / channels / views)
    let scale = self.scale.value.scalars
    for index in 0..<(views * channels) {
      let channel = index % channels
      let inverse = Double(cache.inverseDeviation[index])
      let view = 2 * (index / channels) * channels + channel
      let (sum, product) = (sums[view], sums[view + channels] * inverse)
      dScale[channel] += Float(product)
      dShift[channel] += Float(sum)
      let a = Double(scale[channel]) * inverse
      let b = -a * inverse * product / count
      coefficients[index] = Float(a)
      coefficients[views * channels + index] = Float(b)
      coefficients[2 * views * channels + index] = Float(
        -a * sum / count - b * Double(cache.mean[index]))
    }
    self.scale.accumulate(Tensor(dScale, shape: [channels]))
    shift.accumulate(Tensor(dShift, shape: [channels]))
    return InputGradient(
      views: views,
      parameters: .concatenated([
        normalization.parameters, Tensor(coefficients, shape: [3, views * channels]),
      ]))
  }

  /// Returns `Σ g` and `Σ g (z - mean)` of each view and channel, `[views, 2, channels]`.
  private func gradientSums(
    _ dy: inout Tensor, _ cache: borrowing Cache, _ normalization: Normalization, writes: Bool
  ) -> [Double] {
    let channels = self.channels
    let views = normalization.views
    let rows = dy.count / channels
    let chunks = (rows / views + grain - 1) / grain
    let (z, output) = (cache.z, cache.y)
    var partial = Tensor(uninitialized: [views * chunks, 2, channels])
    func run(
      _ dy: UnsafePointer<Float>?, _ g: UnsafeMutablePointer<Float>?, _ y: UnsafePointer<Float>?
    ) {
      unsafe partial.withMutableElements { partial in
        unsafe z.withElements { z in
          unsafe normalization.parameters.withElements { parameters in
            guard let dy = unsafe dy, let z = z.baseAddress, let partial = partial.baseAddress,
              let scales = parameters.baseAddress
            else { return }
            let stride = views * channels
            forEachChunk(rows: rows, views: views) { view, chunk, rows in
              let first = rows.lowerBound * channels
              let sum = unsafe partial + chunk * 2 * channels
              let scale = unsafe scales + view * channels
              unsafe relic_normalize_backward_sums(
                rows.count, channels, dy + first, z + first, y.map { unsafe $0 + first }, scale,
                scale + stride, scale + 2 * stride, activation.kernel, g.map { unsafe $0 + first },
                sum, sum + channels)
            }
          }
        }
      }
    }
    func run(_ y: UnsafePointer<Float>?) {
      if writes {
        unsafe dy.withMutableElements { unsafe run($0.baseAddress, $0.baseAddress, y) }
      } else {
        unsafe dy.withElements { unsafe run($0.baseAddress, nil, y) }
      }
    }
    if let output {
      unsafe output.withElements { unsafe run($0.baseAddress) }
    } else {
      run(nil)
    }
    var sums = Array(repeating: 0.0, count: views * 2 * channels)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe partial.withElements { partial in
        guard let sums = sums.baseAddress, let partial = partial.baseAddress else { return }
        for chunk in 0..<(views * chunks) {
          unsafe relic_add_to_doubles(
            2 * channels, partial + chunk * 2 * channels, sums + chunk / chunks * 2 * channels)
        }
      }
    }
    return sums
  }

  /// Returns `dz` for `dy` and `z`.
  func inputGradient(
    _ dy: Tensor, _ z: Tensor, _ gradient: InputGradient, masks: Bool
  ) -> Tensor {
    var dz = Tensor(uninitialized: dy.shape)
    unsafe dz.withMutableElements { dz in
      unsafe dy.withElements { source in
        guard let dz = dz.baseAddress, let source = source.baseAddress else { return }
        unsafe inputGradient(source, z, dy.count, gradient, masks: masks, into: dz)
      }
    }
    return dz
  }

  /// Writes `dz` for `dy` and `z` of `count` elements; `dz` may be `dy`.
  @unsafe func inputGradient(
    _ dy: UnsafePointer<Float>, _ z: Tensor, _ count: Int, _ gradient: InputGradient, masks: Bool,
    into dz: UnsafeMutablePointer<Float>
  ) {
    let channels = self.channels
    let stride = gradient.views * channels
    unsafe z.withElements { z in
      unsafe gradient.parameters.withElements { parameters in
        guard let z = z.baseAddress, let scales = parameters.baseAddress else { return }
        forEachChunk(rows: count / channels, views: gradient.views) { view, _, rows in
          let first = rows.lowerBound * channels
          let scale = unsafe scales + view * channels
          let a = unsafe scale + 3 * stride
          unsafe relic_normalize_backward(
            rows.count, channels, dy + first, z + first, a, a + stride, a + 2 * stride,
            masks ? scale : nil, masks ? scale + stride : nil, dz + first)
        }
      }
    }
  }
}
