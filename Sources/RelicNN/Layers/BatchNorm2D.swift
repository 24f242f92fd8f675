internal import CKernels

/// Batch normalisation over batch, height and width, with what follows it in the same pass.
///
/// `y = activation(scale · (z - mean) / √(variance + ε) + shift + residual)`, Ioffe & Szegedy 2015.
public struct BatchNorm2D: Layer {
  /// What follows the normalisation.
  public enum Activation: Sendable {
    case identity
    case relu
    /// `u · sigmoid(u)`, without a residual.
    case silu

    var kernel: relic_activation {
      switch self {
      case .identity: relic_identity
      case .relu: relic_relu
      case .silu: relic_silu_activation
      }
    }
  }

  /// What backward reads; `views · channels` numbers in each array.
  public struct Cache: Sendable {
    let z: Tensor
    /// The output, kept only where a residual makes it impossible to compute from `z`.
    let y: Tensor?
    let mean: [Float]
    let inverseDeviation: [Float]
  }

  /// Shape `[channels]`, torchvision's `weight`.
  public private(set) var scale: Parameter
  /// Shape `[channels]`, torchvision's `bias`.
  public private(set) var shift: Parameter
  /// Shape `[channels]`.
  public private(set) var runningMean: Parameter
  /// Shape `[channels]`, unbiased as PyTorch stores it.
  public private(set) var runningVariance: Parameter

  let epsilon: Float
  let momentum: Float
  let activation: Activation

  var channels: Int { scale.value.count }

  /// Creates a layer with scale 1, shift 0 and running statistics of a standard normal.
  public init(
    channels: Int, activation: Activation = .identity, epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    self.init(
      scale: Tensor(repeating: 1, shape: [channels]), shift: Tensor(zeros: [channels]),
      activation: activation, epsilon: epsilon, momentum: momentum)
  }

  /// Creates a layer from scale and shift of shape `[channels]`.
  public init(
    scale: Tensor, shift: Tensor, activation: Activation = .identity, epsilon: Float = 1e-5,
    momentum: Float = 0.1
  ) {
    precondition(scale.shape == shift.shape, "\(scale.shape) scales, \(shift.shape) shifts")
    self.scale = Parameter(scale, role: .scale)
    self.shift = Parameter(shift, role: .shift)
    runningMean = Parameter(Tensor(zeros: scale.shape), role: .runningStatistic)
    runningVariance = Parameter(Tensor(repeating: 1, shape: scale.shape), role: .runningStatistic)
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
  }

  /// Returns the shape of `z`, `[batch, height, width, channels]`.
  public mutating func callAsFunction(_ z: Tensor, _ statistics: NormalizationStatistics) -> Tensor
  {
    self(z, adding: nil, statistics)
  }

  /// Returns the shape of `z`; a residual of the same shape is added before the activation.
  mutating func callAsFunction(
    _ z: Tensor, adding residual: Tensor?, _ statistics: NormalizationStatistics
  ) -> Tensor {
    switch statistics {
    case .running:
      let inverse = runningVariance.value.scalars.map { 1 / ($0 + epsilon).squareRoot() }
      return normalized(
        z, adding: residual, mean: runningMean.value.scalars, inverseDeviation: inverse, views: 1)
    case .batch(let views):
      let (mean, inverse) = batchStatistics(z, views: views)
      return normalized(
        z, adding: residual, mean: mean, inverseDeviation: inverse, views: views)
    }
  }

  /// Returns the shape of `z`, and keeps `z`.
  public mutating func forward(_ z: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    forward(z, adding: nil, views: views)
  }

  /// Returns the shape of `z`, and keeps `z` and, after a residual, the output.
  mutating func forward(_ z: Tensor, adding residual: Tensor?, views: Int) -> (
    y: Tensor, cache: Cache
  ) {
    let (mean, inverse) = batchStatistics(z, views: views)
    let y = normalized(z, adding: residual, mean: mean, inverseDeviation: inverse, views: views)
    let keepsOutput = residual != nil && activation == .relu
    return (
      y, Cache(z: z, y: keepsOutput ? y : nil, mean: mean, inverseDeviation: inverse)
    )
  }

  /// Returns `dz` of the shape of `dy`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var gradient = dy
    return backward(&gradient, cache)
  }

  /// Returns `dz`, and replaces `dy` by the gradient before the activation: that of the residual.
  ///
  /// With g that gradient, x̂ the normalised input and means over the view:
  /// `dscale = Σ g x̂`, `dshift = Σ g`, `dz = scale / σ · (g - mean(g) - x̂ · mean(g x̂))`.
  mutating func backward(_ dy: inout Tensor, _ cache: borrowing Cache) -> Tensor {
    let views = cache.mean.count / channels
    let (scales, shifts) = affine(mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    let sums = gradientSums(&dy, cache, scales: scales, shifts: shifts)
    var dScale = Array(repeating: Float(0), count: channels)
    var dShift = dScale
    var coefficients = Array(repeating: Float(0), count: 3 * views * channels)
    let count = Double(dy.count / channels / views)
    let scale = self.scale.value.scalars
    for index in 0..<(views * channels) {
      let channel = index % channels
      let inverse = Double(cache.inverseDeviation[index])
      let (sum, product) = (sums.sum[index], sums.product[index] * inverse)
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
    return inputGradient(dy, z: cache.z, coefficients: coefficients, views: views)
  }

  /// Visits `weight`, `bias`, `running_mean` and `running_var`.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body(joined(path, "weight"), &scale)
    try body(joined(path, "bias"), &shift)
    try body(joined(path, "running_mean"), &runningMean)
    try body(joined(path, "running_var"), &runningVariance)
  }
}

// MARK: - The passes over the pixels

extension BatchNorm2D {
  /// Rows of `[pixels, channels]` in one task.
  private var grain: Int { max(1, (1 << 15) / channels) }

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

  /// Returns mean and `1 / √(variance + ε)` of each view and channel; moves the running statistics.
  private mutating func batchStatistics(
    _ z: Tensor, views: Int
  ) -> (mean: [Float], inverseDeviation: [Float]) {
    let rows = z.count / channels
    precondition(rows % views == 0, "cannot cut \(rows) rows into \(views) views")
    let perView = rows / views
    precondition(perView > 1, "one value per channel has no variance: \(z.shape) in \(views) views")
    let chunks = (perView + grain - 1) / grain
    let channels = self.channels
    var moments = Tensor(uninitialized: [views * chunks, 2, channels])
    unsafe moments.withMutableElements { moments in
      unsafe z.withElements { z in
        guard let z = z.baseAddress, let moments = moments.baseAddress else { return }
        forEachChunk(rows: rows, views: views) { _, chunk, rows in
          let mean = unsafe moments + chunk * 2 * channels
          unsafe relic_moments(
            rows.count, channels, z + rows.lowerBound * channels, mean, mean + channels)
        }
      }
    }
    var mean = Array(repeating: Float(0), count: views * channels)
    var inverse = mean
    for view in 0..<views {
      let statistics = pooled(moments, chunks: (view * chunks)..<((view + 1) * chunks), perView)
      for channel in 0..<channels {
        mean[view * channels + channel] = Float(statistics.mean[channel])
        inverse[view * channels + channel] = Float(
          1 / (statistics.deviations[channel] / Double(perView) + Double(epsilon)).squareRoot())
      }
      // Unbiased, as PyTorch stores it.
      let variance = statistics.deviations.map { Float($0 / Double(perView - 1)) }
      runningMean.value.move(
        towards: Tensor(statistics.mean.map { Float($0) }, shape: [channels]), rate: momentum)
      runningVariance.value.move(towards: Tensor(variance, shape: [channels]), rate: momentum)
    }
    return (mean, inverse)
  }

  /// Joins the moments of chunks (Chan, Golub and LeVeque 1983), in their order.
  private func pooled(
    _ moments: Tensor, chunks: Range<Int>, _ perView: Int
  ) -> (mean: [Double], deviations: [Double]) {
    var mean = Array(repeating: 0.0, count: channels)
    var deviations = mean
    unsafe moments.withElements { moments in
      var seen = 0.0
      for chunk in chunks {
        let count = Double(min(grain, perView - (chunk - chunks.lowerBound) * grain))
        let total = seen + count
        for channel in 0..<channels {
          let delta = unsafe Double(moments[chunk * 2 * channels + channel]) - mean[channel]
          mean[channel] += delta * count / total
          unsafe deviations[channel] +=
            Double(moments[(chunk * 2 + 1) * channels + channel])
            + delta * delta * seen * count / total
        }
        seen = total
      }
    }
    return (mean, deviations)
  }

  /// The normalisation as `scales · z + shifts`, for each view and channel.
  private func affine(
    mean: [Float], inverseDeviation: [Float]
  ) -> (scales: [Float], shifts: [Float]) {
    let (scale, shift) = (self.scale.value.scalars, self.shift.value.scalars)
    let scales = mean.indices.map { scale[$0 % channels] * inverseDeviation[$0] }
    let shifts = mean.indices.map { shift[$0 % channels] - mean[$0] * scales[$0] }
    return (scales, shifts)
  }

  private func normalized(
    _ z: Tensor, adding residual: Tensor?, mean: [Float], inverseDeviation: [Float], views: Int
  ) -> Tensor {
    precondition(
      residual == nil || residual?.shape == z.shape, "a residual must have shape \(z.shape)")
    precondition(residual == nil || activation != .silu, "SiLU takes no residual")
    let (scales, shifts) = affine(mean: mean, inverseDeviation: inverseDeviation)
    var y = Tensor(uninitialized: z.shape)
    let channels = self.channels
    let rowCount = z.count / channels
    func run(_ residual: UnsafePointer<Float>?) {
      unsafe y.withMutableElements { y in
        unsafe z.withElements { z in
          unsafe scales.withUnsafeBufferPointer { scales in
            unsafe shifts.withUnsafeBufferPointer { shifts in
              guard let z = z.baseAddress, let y = y.baseAddress, let scales = scales.baseAddress,
                let shifts = shifts.baseAddress
              else { return }
              forEachChunk(rows: rowCount, views: views) { view, _, rows in
                let first = rows.lowerBound * channels
                unsafe relic_normalize(
                  rows.count, channels, z + first, scales + view * channels,
                  shifts + view * channels, residual.map { unsafe $0 + first }, activation.kernel,
                  y + first)
              }
            }
          }
        }
      }
    }
    if let residual {
      unsafe residual.withElements { unsafe run($0.baseAddress) }
    } else {
      run(nil)
    }
    return y
  }

  /// Replaces `dy` by g and returns `Σ g` and `Σ g (z - mean)` for each view and channel.
  private func gradientSums(
    _ dy: inout Tensor, _ cache: borrowing Cache, scales: [Float], shifts: [Float]
  ) -> (sum: [Double], product: [Double]) {
    let channels = self.channels
    let views = cache.mean.count / channels
    let rows = dy.count / channels
    let chunks = (rows / views + grain - 1) / grain
    let (z, mean, output) = (cache.z, cache.mean, cache.y)
    var partial = Tensor(uninitialized: [views * chunks, 2, channels])
    let parameters = Tensor(scales + shifts + mean, shape: [3, views * channels])
    func run(_ y: UnsafePointer<Float>?) {
      unsafe dy.withMutableElements { dy in
        unsafe partial.withMutableElements { partial in
          unsafe z.withElements { z in
            unsafe parameters.withElements { parameters in
              guard let dy = dy.baseAddress, let z = z.baseAddress,
                let partial = partial.baseAddress, let parameters = parameters.baseAddress
              else { return }
              let stride = views * channels
              forEachChunk(rows: rows, views: views) { view, chunk, rows in
                let first = rows.lowerBound * channels
                let sum = unsafe partial + chunk * 2 * channels
                let scale = unsafe parameters + view * channels
                unsafe relic_normalize_backward_sums(
                  rows.count, channels, dy + first, z + first, y.map { unsafe $0 + first }, scale,
                  scale + stride, scale + 2 * stride, activation.kernel, sum, sum + channels)
              }
            }
          }
        }
      }
    }
    if let output {
      unsafe output.withElements { unsafe run($0.baseAddress) }
    } else {
      run(nil)
    }
    var sum = Array(repeating: 0.0, count: views * channels)
    var product = sum
    unsafe partial.withElements { partial in
      for chunk in 0..<(views * chunks) {
        let view = chunk / chunks
        for channel in 0..<channels {
          let start = chunk * 2 * channels + channel
          unsafe sum[view * channels + channel] += Double(partial[start])
          unsafe product[view * channels + channel] += Double(partial[start + channels])
        }
      }
    }
    return (sum, product)
  }

  /// Returns `a · g + b · z + c` with the coefficients of each view and channel.
  private func inputGradient(
    _ g: Tensor, z: Tensor, coefficients: [Float], views: Int
  ) -> Tensor {
    var dz = Tensor(uninitialized: g.shape)
    let channels = self.channels
    let rowCount = z.count / channels
    let stride = views * channels
    unsafe dz.withMutableElements { dz in
      unsafe g.withElements { g in
        unsafe z.withElements { z in
          unsafe coefficients.withUnsafeBufferPointer { coefficients in
            guard let dz = dz.baseAddress, let g = g.baseAddress, let z = z.baseAddress,
              let coefficients = coefficients.baseAddress
            else { return }
            forEachChunk(rows: rowCount, views: views) { view, _, rows in
              let first = rows.lowerBound * channels
              let a = unsafe coefficients + view * channels
              unsafe relic_normalize_backward(
                rows.count, channels, g + first, z + first, a, a + stride, a + 2 * stride,
                dz + first)
            }
          }
        }
      }
    }
    return dz
  }
}
