extension RelicLoss {
  /// Returns the loss averaged over every ordered pair (target i, online j) with i ≠ j.
  ///
  /// Views are numbered with the global ones first; targets see only those.
  ///
  /// - Parameters:
  ///   - online: `[onlineViews · images, d]`, view after view.
  ///   - target: `[globalViews · images, d]`, view after view.
  ///   - images: Images in the batch.
  ///   - logScale: The logarithm of the scale of the logits.
  ///   - bias: The bias of the logits.
  /// - Returns: The means over pairs; the gradient has the shape of `online`.
  public func callAsFunction(
    online: Tensor, target: Tensor, images: Int, logScale: Float, bias: Float
  ) -> Result {
    let rows = { (view: Int) in (view * images)..<((view + 1) * images) }
    let onlines = (0..<(online.shape[0] / images)).map { online.rows(rows($0)) }
    let targets = (0..<(target.shape[0] / images)).map { target.rows(rows($0)) }
    precondition(onlines.count > 1 && !targets.isEmpty, "a pair needs two views")
    let pairs = Float(targets.count * (onlines.count - 1))
    var gradients = onlines.map { Tensor(zeros: $0.shape) }
    var (loss, invariance, dLogScale, dBias) = (Float(0), Float(0), Float(0), Float(0))
    for (i, target) in targets.enumerated() {
      for (j, online) in onlines.enumerated() where i != j {
        let pair = self(online: online, target: target, logScale: logScale, bias: bias)
        gradients[j].add(pair.dOnline, scaledBy: 1 / pairs)
        loss += pair.loss / pairs
        invariance += pair.invariance / pairs
        dLogScale += pair.dLogScale / pairs
        dBias += pair.dBias / pairs
      }
    }
    return Result(
      loss: loss, invariance: invariance, dOnline: .concatenated(gradients), dLogScale: dLogScale,
      dBias: dBias)
  }
}
