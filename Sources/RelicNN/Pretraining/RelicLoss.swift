internal import Foundation

/// The ReLIC loss of one ordered pair of views: instance discrimination plus invariance.
///
/// Mitrovic et al. 2020, equations 3 and 5, with learned temperature and bias. For rows normalised
/// to length 1, `S = x · x'ᵀ · min(exp(logScale), maximumScale) + bias`; with P the softmax of its
/// rows and C that of its columns,
/// `loss = -mean log P_aa + alpha · Σ_ab C_ab (log C_ab - log P_ba) / n`.
/// With SigLIP (Zhai et al. 2023, equation 1) the first term is `-Σ_ab log σ(±S_ab) / n`.
public struct RelicLoss: Sendable {
  /// The value of the loss and its gradient.
  public struct Result: Sendable {
    /// The whole loss.
    public var loss: Float
    /// The invariance penalty, before `alpha`.
    public var invariance: Float
    /// With respect to the online projections, `[n, d]`.
    public var dOnline: Tensor
    /// With respect to the logarithm of the scale.
    public var dLogScale: Float
    /// With respect to the bias.
    public var dBias: Float
  }

  /// The weight of the invariance penalty.
  public let alpha: Float
  /// Whether every pair is classified by itself.
  public let usesSigLIP: Bool

  /// The scale's upper bound, the reference's `max_tau`.
  public var maximumScale: Float { usesSigLIP ? 15 : 5 }
  /// Where the logarithm of the scale starts, the reference's `tau`.
  public var initialLogScale: Float { usesSigLIP ? log(10) : 0 }
  /// Where the bias starts.
  public var initialBias: Float { usesSigLIP ? -10 : 0 }

  /// Creates a loss.
  public init(alpha: Float, usesSigLIP: Bool = false) {
    self.alpha = alpha
    self.usesSigLIP = usesSigLIP
  }

  /// Returns logits `[n, n]` of online against target projections, both `[n, d]`.
  public func logits(online: Tensor, target: Tensor, logScale: Float, bias: Float) -> Tensor {
    let (x, _) = Self.normalized(online)
    let (other, _) = Self.normalized(target)
    return Self.logits(
      matmul(x, other, transposingB: true), scale: min(exp(logScale), maximumScale), bias: bias)
  }

  /// Returns the loss of online against target projections, both `[n, d]`, and its gradient.
  ///
  /// No gradient flows into the target.
  public func callAsFunction(
    online: Tensor, target: Tensor, logScale: Float, bias: Float
  ) -> Result {
    precondition(
      online.shape == target.shape && online.shape.count == 2,
      "\(online.shape) online projections, \(target.shape) target projections")
    let (x, norms) = Self.normalized(online)
    let (other, _) = Self.normalized(target)
    let exponential = exp(logScale)
    let scale = min(exponential, maximumScale)
    let cosines = matmul(x, other, transposingB: true)
    let pairs = PairwiseLoss(
      logits: Self.logits(cosines, scale: scale, bias: bias), alpha: alpha, usesSigLIP: usesSigLIP)
    let dScale = pairs.gradient.dot(cosines)
    var dOnline = matmul(pairs.gradient, other)
    Self.unnormalize(&dOnline, x: x, norms: norms, scale: scale)
    return Result(
      loss: Float(pairs.instance + Double(alpha) * pairs.invariance),
      invariance: Float(pairs.invariance), dOnline: dOnline,
      dLogScale: exponential <= maximumScale ? Float(dScale) * scale : 0,
      dBias: Float(pairs.gradient.sum))
  }

  /// Returns `scale · cosines + bias`.
  private static func logits(_ cosines: Tensor, scale: Float, bias: Float) -> Tensor {
    var logits = cosines
    RowPass(elementsOf: logits).forEachChunk(writing: &logits) { _, y in
      for index in y.indices { y[index] = y[index] * scale + bias }
    }
    return logits
  }

  /// Returns the rows divided by their lengths, and the lengths (at least 1e-12, as
  /// `torch.nn.functional.normalize`).
  static func normalized(_ rows: Tensor) -> (rows: Tensor, norms: [Float]) {
    var result = Tensor(uninitialized: rows.shape)
    let pass = RowPass(rows: rows.shape[0], grain: 32)
    let norms = pass.mapRows(reading: rows, writing: &result) { _, x, y in
      var square = 0.0
      for index in x.indices { square += Double(x[index]) * Double(x[index]) }
      let norm = max(Float(square.squareRoot()), 1e-12)
      for index in x.indices { y[index] = x[index] / norm }
      return norm
    }
    return (result, norms)
  }

  /// Turns `∂/∂x̂ / scale` into `∂/∂x` for x̂ = x / ‖x‖: `dx = scale (d - x̂ (x̂ · d)) / ‖x‖`.
  private static func unnormalize(_ d: inout Tensor, x: Tensor, norms: [Float], scale: Float) {
    _ = RowPass(rows: norms.count, grain: 32).mapRows(reading: x, writing: &d) { row, x, d in
      var along = 0.0
      for index in x.indices { along += Double(x[index]) * Double(d[index]) }
      for index in x.indices {
        d[index] = scale * (d[index] - x[index] * Float(along)) / norms[row]
      }
    }
  }
}
