internal import CKernels
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
    var logits = matmul(x, other, transposingB: true)
    let scale = min(exp(logScale), maximumScale)
    unsafe logits.withMutableElements { logits in
      for index in logits.indices { unsafe logits[index] = logits[index] * scale + bias }
    }
    return logits
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
    let pairs = PairwiseLoss(cosines: cosines, scale: scale, bias: bias, loss: self)
    let gradient = pairs.gradient
    var dLogScale = 0.0
    var dBias = 0.0
    unsafe gradient.withElements { gradient in
      unsafe cosines.withElements { cosines in
        for index in gradient.indices {
          unsafe dLogScale += Double(gradient[index]) * Double(cosines[index])
          unsafe dBias += Double(gradient[index])
        }
      }
    }
    var dOnline = matmul(gradient, other)
    Self.unnormalize(&dOnline, x: x, norms: norms, scale: scale)
    return Result(
      loss: Float(pairs.instance + Double(alpha) * pairs.invariance),
      invariance: Float(pairs.invariance), dOnline: dOnline,
      dLogScale: exponential <= maximumScale ? Float(dLogScale) * scale : 0, dBias: Float(dBias))
  }

  /// Returns the rows divided by their lengths, and the lengths (at least 1e-12, as
  /// `torch.nn.functional.normalize`).
  static func normalized(_ rows: Tensor) -> (rows: Tensor, norms: [Float]) {
    var result = rows
    let columns = rows.shape[1]
    var norms: [Float] = []
    unsafe result.withMutableElements { elements in
      for row in 0..<(elements.count / max(columns, 1)) {
        let slice = unsafe elements[(row * columns)..<((row + 1) * columns)]
        let square = unsafe slice.reduce(0.0) { $0 + Double($1) * Double($1) }
        let norm = max(Float(square.squareRoot()), 1e-12)
        for index in unsafe slice.indices { unsafe elements[index] /= norm }
        norms.append(norm)
      }
    }
    return (result, norms)
  }

  /// Turns `∂/∂x̂ / scale` into `∂/∂x` for x̂ = x / ‖x‖: `dx = scale (d - x̂ (x̂ · d)) / ‖x‖`.
  private static func unnormalize(_ d: inout Tensor, x: Tensor, norms: [Float], scale: Float) {
    let columns = x.shape[1]
    unsafe d.withMutableElements { d in
      unsafe x.withElements { x in
        for row in norms.indices {
          let range = (row * columns)..<((row + 1) * columns)
          let along = range.reduce(0.0) { unsafe $0 + Double(x[$1]) * Double(d[$1]) }
          for index in range {
            unsafe d[index] = scale * (d[index] - x[index] * Float(along)) / norms[row]
          }
        }
      }
    }
  }
}

/// The loss as a function of the logits, with its gradient `∂loss/∂S`.
private struct PairwiseLoss {
  var instance = 0.0
  var invariance = 0.0
  var gradient: Tensor

  init(cosines: Tensor, scale: Float, bias: Float, loss: RelicLoss) {
    let count = cosines.shape[0]
    var logits = cosines
    unsafe logits.withMutableElements { logits in
      for index in logits.indices { unsafe logits[index] = logits[index] * scale + bias }
    }
    let rows = Self.softmax(logits)
    // Row b of this one is column b of C.
    let columns = Self.softmax(logits.turned)
    let logs = count * count  // Where the logarithms begin.
    let inverse = 1 / Float(count)
    var instances = Array(repeating: 0.0, count: count)
    var divergences = instances
    // K_b = Σ_a C_ab (log C_ab - log P_ba): row b of the columns against row b of the rows.
    // Through C_ab it moves with S_ab by C_ab (log C_ab - log P_ba - K_b), a slope of row b.
    var slopes = Tensor(uninitialized: [count, count])
    unsafe slopes.withMutableElements { slopes in
      unsafe rows.withElements { rows in
        unsafe columns.withElements { columns in
          unsafe divergences.withUnsafeMutableBufferPointer { divergences in
            parallelRows(count, grain: 32) { range in
              for b in range {
                let row = (b * count)..<((b + 1) * count)
                var sum = 0.0
                for index in row {
                  let difference = unsafe columns[logs + index] - rows[logs + index]
                  unsafe slopes[index] = difference
                  unsafe sum += Double(columns[index] * difference)
                }
                for index in row {
                  unsafe slopes[index] = columns[index] * (slopes[index] - Float(sum))
                }
                unsafe divergences[b] = sum
              }
            }
          }
        }
      }
    }
    gradient = slopes.turned
    let alpha = loss.alpha
    let usesSigLIP = loss.usesSigLIP
    unsafe gradient.withMutableElements { gradient in
      unsafe logits.withElements { logits in
        unsafe rows.withElements { rows in
          unsafe columns.withElements { columns in
            unsafe instances.withUnsafeMutableBufferPointer { instances in
              parallelRows(count, grain: 32) { range in
                for a in range {
                  var sum = 0.0
                  for b in 0..<count {
                    let index = a * count + b
                    let p = unsafe rows[index]  // P_ab
                    let c = unsafe columns[index]  // C_ba
                    var slope: Float
                    if usesSigLIP {
                      let sign: Float = a == b ? 1 : -1
                      let margin = unsafe sign * logits[index]
                      sum += Double(log1p(exp(-abs(margin))) + max(-margin, 0))
                      slope = -sign / (1 + exp(margin))
                    } else {
                      slope = p - (a == b ? 1 : 0)
                    }
                    unsafe slope += alpha * (p - c + gradient[index])
                    unsafe gradient[index] = slope * inverse
                  }
                  unsafe instances[a] = usesSigLIP ? sum : -Double(rows[logs + a * count + a])
                }
              }
            }
          }
        }
      }
    }
    instance = instances.reduce(0, +) * Double(inverse)
    invariance = divergences.reduce(0, +) * Double(inverse)
  }

  /// Returns the softmax of every row of `[n, n]` and its logarithm, `[2, n, n]`.
  private static func softmax(_ logits: Tensor) -> Tensor {
    let count = logits.shape[0]
    var result = Tensor(uninitialized: [2, count, count])
    unsafe result.withMutableElements { result in
      unsafe logits.withElements { logits in
        guard let x = logits.baseAddress, let p = result.baseAddress else { return }
        parallelRows(count, grain: 32) { rows in
          let start = rows.lowerBound * count
          unsafe relic_softmax(
            rows.count, count, x + start, p + start, p + count * count + start)
        }
      }
    }
    return result
  }
}

extension Tensor {
  /// The transpose of a square matrix.
  fileprivate var turned: Tensor {
    let count = shape[0]
    var result = Tensor(uninitialized: shape)
    unsafe result.withMutableElements { result in
      unsafe withElements { elements in
        guard let source = elements.baseAddress, let target = result.baseAddress else { return }
        parallelRows(count, grain: 32) { rows in
          let first = rows.lowerBound
          unsafe relic_transpose(
            rows.count, count, source + first * count, count, target + first, count)
        }
      }
    }
    return result
  }
}
