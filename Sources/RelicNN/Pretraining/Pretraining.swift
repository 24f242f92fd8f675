internal import Foundation

/// The state of a pretraining run, and what one step does to it.
///
/// A value: a copy is a snapshot. Two runs from equal states on equal views stay equal to the bit,
/// whatever the number of workers.
public struct Pretraining: Sendable {
  /// Trained by the gradient.
  public var online: RelicNetwork { trained.network }
  /// Follows the online network; its encoder is what a run is for.
  public internal(set) var target: RelicNetwork
  /// Steps taken.
  public internal(set) var step = 0
  /// The decay of the next move of the target, an exponential moving average.
  public internal(set) var emaDecay: Double
  /// Sums of losses, for the averages in reports.
  public internal(set) var averages = RunningAverages()

  var trained: TrainedParameters
  var optimizer: Adam
  /// The factor of the loss where activations are kept in 16 bits, else `nil`.
  var lossScale: LossScale?
  private let loss: RelicLoss
  private let learningRates: LearningRateSchedule
  private let emaSchedule: EMASchedule
  private let recomputes: Bool
  private let seed: UInt64

  /// Joins the parts of a run before its first step; the target begins as a copy of `network`.
  ///
  /// - Parameters:
  ///   - network: The online network with its first weights.
  ///   - loss: What is minimised.
  ///   - optimizer: Moves the online network.
  ///   - learningRates: The optimiser's step size.
  ///   - emaSchedule: How the target follows.
  ///   - lossScale: The factor of the loss where activations are kept in 16 bits.
  ///   - recomputes: Whether views are computed twice and kept one at a time.
  ///   - seed: The seed of stochastic depth.
  init(
    _ network: RelicNetwork, loss: RelicLoss, optimizer: Adam,
    learningRates: LearningRateSchedule, emaSchedule: EMASchedule, lossScale: LossScale?,
    recomputes: Bool, seed: UInt64
  ) {
    trained = TrainedParameters(
      network: network, logScale: loss.initialLogScale, bias: loss.initialBias)
    target = network
    emaDecay = Double(emaSchedule.start)
    self.loss = loss
    self.optimizer = optimizer
    self.learningRates = learningRates
    self.emaSchedule = emaSchedule
    self.lossScale = lossScale
    self.recomputes = recomputes
    self.seed = seed
  }

  /// Takes one step: losses over all pairs of views, Adam, then the target's move.
  ///
  /// - Parameters:
  ///   - views: The views of one batch.
  ///   - measuresAccuracy: Whether the report tells how often an image finds its other view.
  /// - Returns: The losses and what they did to rates, scales and bias.
  /// - Throws: `PretrainingError.lossNotFinite`; the state is then what it was, except for running
  ///   statistics.
  public mutating func advance(
    _ views: ViewBatch, measuresAccuracy: Bool = false
  ) throws(PretrainingError) -> StepReport {
    let images = views.global.shape[0] / views.globalCount
    let groups = viewGroups(views)
    // Before the online passes, so that its working memory does not come on top of what they keep.
    target.setStochasticDepth(stochasticDepth(pass: 255))
    let targets = target.forwardOnly(views.global.cut(into: views.globalCount)).stacked
    var passes: [(y: Tensor, cache: RelicNetwork.Cache)] = []
    var projections: [Tensor] = []
    if recomputes {
      // The copy's running statistics are dropped: they move once, when the views come again.
      var copy = trained.network
      projections = groups.indices.map { index in
        copy.setStochasticDepth(stochasticDepth(pass: index))
        return copy.forwardOnly(groups[index].images).stacked
      }
    } else {
      passes = groups.indices.map { index in
        trained.network.setStochasticDepth(stochasticDepth(pass: index))
        return trained.network.forward(groups[index].images)
      }
      projections = passes.map(\.y.stacked)
    }
    let online = Tensor.concatenated(projections)
    let result = loss(
      online: online, target: targets, images: images, logScale: trained.logScale,
      bias: trained.bias)
    guard result.loss.isFinite else {
      throw .lossNotFinite(step: step + 1, loss: result.loss)
    }
    let factor = lossScale?.value ?? 1
    let dOnline = result.dOnline.scaled(by: factor)
    var first = 0
    for (index, group) in groups.enumerated() {
      trained.network.setStochasticDepth(stochasticDepth(pass: index))
      let rows = first..<(first + group.count * images)
      let cache =
        passes.isEmpty
        ? trained.network.forward(group.images).cache
        : passes.removeFirst().cache
      // Handed over, so that every layer's part is free once its gradient is known.
      trained.network.backward(dOnline.rows(rows).cut(into: group.count), consume cache)
      first = rows.upperBound
    }
    trained.accumulate(dLogScale: result.dLogScale * factor, dBias: result.dBias * factor)
    optimize()
    moveTarget()
    averages.add(loss: result.loss, invariance: result.invariance)
    let report = StepReport(
      step: step + 1, loss: result.loss, invariance: result.invariance, emaDecay: emaDecay,
      scale: exp(trained.logScale), bias: trained.bias,
      learningRate: optimizer.learningRate, lossScale: lossScale?.value, averages: averages,
      accuracy: measuresAccuracy
        ? matchingAccuracy(online.rows(0..<images), targets, images) : nil,
      spread: measuresAccuracy ? spread(targets.rows(0..<images)) : nil)
    step += 1
    return report
  }

  /// Starts the averages of a new epoch.
  public mutating func beginEpoch() { averages.beginEpoch() }

  /// The branches a pass of this step leaves out; online passes count from 0, the target's is 255.
  private func stochasticDepth(pass: Int) -> StochasticDepth {
    .random(seed: seed, step: step, pass: pass)
  }

  /// Views that go through the network together, `[count, n, size, size, 3]`: all of one size, or
  /// one alone if they are computed twice.
  private func viewGroups(_ views: ViewBatch) -> [(images: Tensor, count: Int)] {
    let sizes =
      [(views.global, views.globalCount)] + (views.local.map { [($0, views.localCount)] } ?? [])
    guard recomputes else { return sizes.map { ($0.0.cut(into: $0.1), $0.1) } }
    return sizes.flatMap { tensor, count in
      let images = tensor.shape[0] / count
      return (0..<count).map {
        (tensor.rows(($0 * images)..<(($0 + 1) * images)).cut(into: 1), 1)
      }
    }
  }

  /// Moves the online network, unless the scaled loss overflowed.
  private mutating func optimize() {
    optimizer.learningRate = learningRates.rate(atStep: step)
    guard let scale = lossScale else { return optimizer.update(&trained) }
    let isFinite = trained.hasFiniteGradients
    if isFinite {
      optimizer.update(&trained, lossScale: scale.value)
    } else {
      trained.clearGradients()
    }
    lossScale?.update(isFinite: isFinite)
  }

  private mutating func moveTarget() {
    if emaSchedule.moves(atStep: step) {
      target.move(towards: trained.network, decay: emaDecay)
      emaDecay = emaSchedule.decay(afterStep: step)
    }
    if emaSchedule.copies(atStep: step) { target = trained.network }
  }

  /// The root of the total variance of the rows divided by their lengths, `√Σ mean (x - mean x)²`.
  private func spread(_ projections: Tensor) -> Double {
    let rows = RelicLoss.normalized(projections).rows
    let (count, columns) = (rows.shape[0], rows.shape[1])
    let elements = rows.scalars.map { Double($0) }
    let variance = (0..<columns).reduce(0.0) { sum, column in
      let values = stride(from: column, to: elements.count, by: columns).map { elements[$0] }
      let mean = values.reduce(0, +) / Double(count)
      return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }
    return variance.squareRoot()
  }

  /// How often view 1 of an image is nearest to the target's view 2 of the same image.
  private func matchingAccuracy(
    _ projections: Tensor, _ targets: Tensor, _ images: Int
  ) -> MatchingAccuracy? {
    guard targets.shape[0] >= 2 * images else { return nil }
    let logits = loss.logits(
      online: projections, target: targets.rows(images..<(2 * images)),
      logScale: trained.logScale, bias: trained.bias)
    return MatchingAccuracy(logits: logits)
  }
}

extension Tensor {
  /// `[views · n, …]` as `[views, n, …]`.
  fileprivate func cut(into views: Int) -> Tensor {
    reshaped([views, shape[0] / views] + shape.dropFirst())
  }

  /// `[views, n, …]` as `[views · n, …]`.
  fileprivate var stacked: Tensor {
    reshaped([shape[0] * shape[1]] + shape.dropFirst(2))
  }
}
