internal import Foundation

/// What pretraining minimises: a function of the logits of an ordered pair of views.
///
/// The logits compare online projections x of one view with target projections x' of another. With
/// rows normalised to length 1, `S = x · x'ᵀ · min(exp(logScale), maximumLogitScale) + bias`; logScale
/// and bias are trained. With a ``fixedTemperature`` T and rows as they are, `S = x · x'ᵀ / T`. A
/// conformer says where they start and what the loss of S is; all else is common to the losses.
public protocol ContrastiveLoss: Sendable {
  /// Where the logarithm of the scale starts, the reference's `tau`.
  var initialLogScale: Float { get }
  /// Where the bias starts, the reference's `b`.
  var initialBias: Float { get }
  /// The scale's upper bound, the reference's `max_tau`.
  var maximumLogitScale: Float { get }
  /// What divides the products of projections that are not normalised, or `nil`, as unless a
  /// conformer has one, for a trained scale of normalised ones.
  var fixedTemperature: Float? { get }

  /// Returns the loss of logits `[n, n]`, a row for each online and a column for each target
  /// projection of n images in one order, and its gradient.
  func ofPair(_ logits: Tensor) -> PairLoss

  /// Returns the loss, without its penalty, of n images whose views are matched by chance, or `nil`
  /// if that is no one number, as of most losses.
  func chanceLevel(ofImages n: Int) -> Double?
}

/// The loss of one ordered pair of views.
public struct PairLoss: Sendable {
  /// The whole loss.
  public var loss: Float
  /// The invariance penalty before its weight, 0 of a loss without one.
  public var invariance: Float
  /// `∂loss/∂S`, the shape of the logits.
  public var dLogits: Tensor

  /// Joins a loss and its gradient.
  public init(loss: Float, invariance: Float = 0, dLogits: Tensor) {
    self.loss = loss
    self.invariance = invariance
    self.dLogits = dLogits
  }
}

/// A loss averaged over pairs of views, and its gradient.
public struct ViewLoss: Sendable {
  /// The whole loss.
  public var loss: Float = 0
  /// The invariance penalty before its weight.
  public var invariance: Float = 0
  /// With respect to the online projections, `[views, n, d]`.
  public var dOnline: Tensor
  /// With respect to the logarithm of the scale.
  public var dLogScale: Float = 0
  /// With respect to the bias.
  public var dBias: Float = 0
}

extension ContrastiveLoss {
  /// `nil`: projections are normalised, scale and bias trained.
  public var fixedTemperature: Float? { nil }

  /// Returns `nil`: no one number.
  public func chanceLevel(ofImages n: Int) -> Double? { nil }

  /// Returns the loss averaged over every ordered pair (target i, online j) with i ≠ j, and its
  /// gradient; none flows into the target.
  ///
  /// Views are numbered with the global ones first; targets see only those.
  ///
  /// - Parameters:
  ///   - online: `[views, n, d]`.
  ///   - target: `[globalViews, n, d]`.
  ///   - logScale: The logarithm of the scale of the logits.
  ///   - bias: The bias of the logits.
  /// - Returns: The means over pairs.
  public func callAsFunction(
    online: Tensor, target: Tensor, logScale: Float, bias: Float
  ) -> ViewLoss {
    precondition(
      online.shape.count == 3 && online.shape.dropFirst() == target.shape.dropFirst(),
      "\(online.shape) online projections, \(target.shape) target projections")
    precondition(online.shape[0] > 1 && target.shape[0] > 0, "a pair needs two views")
    let onlines = (0..<online.shape[0]).map { comparedRows(online.view($0)) }
    let targets = (0..<target.shape[0]).map { comparedRows(target.view($0)) }
    let scale = logitScale(logScale)
    let trainsScale = fixedTemperature == nil && exp(logScale) <= maximumLogitScale
    let pairs = Float(targets.count * (onlines.count - 1))
    var gradients = onlines.map { Tensor(zeros: $0.rows.shape) }
    var result = ViewLoss(dOnline: online)
    for (i, target) in targets.enumerated() {
      for (j, online) in onlines.enumerated() where i != j {
        let products = matmul(online.rows, target.rows, transposingB: true)
        let pair = ofPair(products.logits(scale: scale, bias: bias))
        let dRows = matmul(pair.dLogits, target.rows)
        gradients[j].add(online.backward(dRows, scale: scale), scaledBy: 1 / pairs)
        result.loss += pair.loss / pairs
        result.invariance += pair.invariance / pairs
        if trainsScale { result.dLogScale += Float(pair.dLogits.dot(products)) * scale / pairs }
        if fixedTemperature == nil { result.dBias += Float(pair.dLogits.sum) / pairs }
      }
    }
    result.dOnline = Tensor.concatenated(gradients).reshaped(online.shape)
    return result
  }

  /// Returns the logits `[n, n]` of an online and a target view, both `[n, d]`.
  func logits(online: Tensor, target: Tensor, logScale: Float, bias: Float) -> Tensor {
    matmul(comparedRows(online).rows, comparedRows(target).rows, transposingB: true)
      .logits(scale: logitScale(logScale), bias: bias)
  }

  /// What the products of rows are multiplied by.
  func logitScale(_ logScale: Float) -> Float {
    fixedTemperature.map { 1 / $0 } ?? min(exp(logScale), maximumLogitScale)
  }

  private func comparedRows(_ x: Tensor) -> ComparedRows {
    ComparedRows(x, normalizing: fixedTemperature == nil)
  }
}

extension Tensor {
  /// Returns view `index` of `[views, …]`.
  func view(_ index: Int) -> Tensor {
    rows(index..<(index + 1)).reshaped(Array(shape.dropFirst()))
  }

  /// Returns `scale · products + bias`.
  fileprivate func logits(scale: Float, bias: Float) -> Tensor {
    var logits = self
    RowPass(elementsOf: logits).forEachChunk(writing: &logits) { _, y in
      for index in y.indices { y[index] = y[index] * scale + bias }
    }
    return logits
  }
}
