internal import CKernels

/// Scales every channel by a gate that the means of all channels decide.
///
/// `y = x · sigmoid(W₂ silu(W₁ mean(x) + b₁) + b₂)`, Hu et al. 2018, section 3; torchvision's
/// `SqueezeExcitation` with SiLU.
public struct SqueezeExcitation: Layer {
  /// What backward reads: the input, and one row per image of what led to the gate.
  public struct Cache: Sendable {
    let x: SavedActivation
    let first: Conv2D.Cache
    let hidden: Tensor
    let second: Conv2D.Cache
    let gate: Tensor
  }

  private var first: Conv2D
  private var firstBias: Parameter
  private var second: Conv2D
  private var secondBias: Parameter
  private let average = GlobalAveragePool()
  private let keepsHalf: Bool

  /// Creates a layer from weights `[1, 1, channels, squeezed]` and `[1, 1, squeezed, channels]`,
  /// with biases of 0; `keepsHalf` holds what the backward pass reads in 16 bits.
  public init(first: Conv2D, second: Conv2D, keepsHalf: Bool = false) {
    precondition(
      first.outputs == second.inputs && first.inputs == second.outputs,
      "\(first.weight.value.shape) does not lead back through \(second.weight.value.shape)")
    self.first = first
    self.keepsHalf = keepsHalf
    self.second = second
    firstBias = Parameter(Tensor(zeros: [first.outputs]), role: .bias)
    secondBias = Parameter(Tensor(zeros: [second.outputs]), role: .bias)
  }

  /// Creates a layer with torchvision's initialisation.
  public init(
    channels: Int, squeezed: Int, keepsHalf: Bool = false, using generator: inout Philox
  ) {
    self.init(
      first: Conv2D(inputs: channels, outputs: squeezed, kernel: 1, using: &generator),
      second: Conv2D(inputs: squeezed, outputs: channels, kernel: 1, using: &generator),
      keepsHalf: keepsHalf)
  }

  /// Returns the shape of `x`, `[batch, height, width, channels]`.
  public func callAsFunction(_ x: Tensor, _ statistics: NormalizationStatistics) -> Tensor {
    scaled(x, by: gate(x).gate)
  }

  /// Returns the shape of `x`, `[batch, height, width, channels]`, and keeps `x` and the gate.
  public func forward(_ x: Tensor, views: Int) -> (y: Tensor, cache: Cache) {
    let steps = gate(x)
    let cache = Cache(
      x: SavedActivation(x, as: keepsHalf ? .half : .whole), first: steps.first,
      hidden: steps.hidden,
      second: steps.second, gate: steps.gate)
    return (scaled(x, by: steps.gate), cache)
  }

  /// Returns the gate of every image and channel, `[batch, 1, 1, channels]`, and what led to it.
  private func gate(
    _ x: Tensor
  ) -> (gate: Tensor, hidden: Tensor, first: Conv2D.Cache, second: Conv2D.Cache) {
    let means = average(x, .running).reshaped([x.shape[0], 1, 1, x.shape[3]])
    var (hidden, firstCache) = first.forward(means, views: 1)
    var active = Tensor(uninitialized: hidden.shape)
    unsafe firstBias.value.withElements { bias in
      unsafe hidden.withMutableElements { hidden in
        unsafe active.withMutableElements { active in
          guard let bias = bias.baseAddress, let x = hidden.baseAddress,
            let y = active.baseAddress
          else { return }
          unsafe relic_biased_silu(hidden.count / first.outputs, first.outputs, bias, x, y)
        }
      }
    }
    var (gate, secondCache) = second.forward(active, views: 1)
    let channels = second.outputs
    unsafe secondBias.value.withElements { bias in
      unsafe gate.withMutableElements { gate in
        guard let bias = bias.baseAddress, let start = gate.baseAddress else { return }
        parallelRows(gate.count / channels, grain: 8) { rows in
          unsafe relic_biased_sigmoids(
            rows.count, channels, bias, start + rows.lowerBound * channels)
        }
      }
    }
    return (gate, hidden, firstCache, secondCache)
  }

  /// Returns `dx` of the shape of `dy`.
  ///
  /// With s the gate: `ds = Σ dy x` over the pixels, `dx = dy s + d(mean) / pixels`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) -> Tensor {
    var dx = dy
    let gate = cache.gate
    var dLogits = gateGradient(dx, x: cache.x.tensor)
    unsafe dLogits.withMutableElements { d in
      unsafe gate.withElements { s in
        guard let d = d.baseAddress, let s = s.baseAddress else { return }
        unsafe relic_sigmoids_backward(gate.count, d, s, d)
      }
    }
    secondBias.accumulate(dLogits.summedRows())
    var dHidden = second.backward(dLogits, cache.second)
    unsafe dHidden.withMutableElements { d in
      unsafe cache.hidden.withElements { hidden in
        guard let d = d.baseAddress, let start = hidden.baseAddress else { return }
        unsafe relic_silu_backward(hidden.count, d, start, d)
      }
    }
    firstBias.accumulate(dHidden.summedRows())
    spread(first.backward(dHidden, cache.first), gate: gate, into: &dx)
    return dx
  }

  /// Visits `fc1` and `fc2`, weight and bias each.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try first.visitParameters(joined(path, "fc1"), body)
    try body(joined(path, "fc1.bias"), &firstBias)
    try second.visitParameters(joined(path, "fc2"), body)
    try body(joined(path, "fc2.bias"), &secondBias)
  }
}

// MARK: - The passes over the pixels, one task per image

extension SqueezeExcitation {
  private func scaled(_ x: Tensor, by gate: Tensor) -> Tensor {
    var y = Tensor(uninitialized: x.shape)
    let (images, pixels, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
    unsafe y.withMutableElements { y in
      unsafe x.withElements { x in
        unsafe gate.withElements { gate in
          guard let x = x.baseAddress, let y = y.baseAddress, let gate = gate.baseAddress else {
            return
          }
          parallel(images) { image in
            let first = image * pixels * channels
            unsafe relic_scale_channels(
              pixels, channels, x + first, gate + image * channels, y + first)
          }
        }
      }
    }
    return y
  }

  /// Returns `Σ dy x` over the pixels of every image, of the gate's shape.
  private func gateGradient(_ dy: Tensor, x: Tensor) -> Tensor {
    let (images, pixels, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
    var sums = Tensor(uninitialized: [images, 1, 1, channels])
    unsafe sums.withMutableElements { sums in
      unsafe x.withElements { x in
        unsafe dy.withElements { dy in
          guard let x = x.baseAddress, let dy = dy.baseAddress, let sums = sums.baseAddress else {
            return
          }
          parallel(images) { image in
            let first = image * pixels * channels
            unsafe relic_scale_channels_sums(
              pixels, channels, dy + first, x + first, sums + image * channels)
          }
        }
      }
    }
    return sums
  }

  /// Replaces `dy` by `dy · gate + dMean / pixels` at every pixel.
  private func spread(_ dMean: Tensor, gate: Tensor, into dy: inout Tensor) {
    let (images, pixels, channels) = (dy.shape[0], dy.shape[1] * dy.shape[2], dy.shape[3])
    unsafe dy.withMutableElements { dy in
      unsafe gate.withElements { gate in
        unsafe dMean.withElements { dMean in
          guard let dy = dy.baseAddress, let gate = gate.baseAddress,
            let dMean = dMean.baseAddress
          else { return }
          parallel(images) { image in
            let first = image * pixels * channels
            unsafe relic_scale_channels_backward(
              pixels, channels, dy + first, gate + image * channels, 1 / Float(pixels),
              dMean + image * channels, dy + first)
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Returns the sum of all rows of the last axis.
  fileprivate func summedRows() -> Tensor {
    let width = shape.last ?? 1
    var sums = Tensor(uninitialized: [width])
    unsafe sums.withMutableElements { sums in
      unsafe withElements { elements in
        guard let sums = sums.baseAddress, let start = elements.baseAddress else { return }
        unsafe relic_sum_rows(count / width, width, start, sums)
      }
    }
    return sums
  }
}
