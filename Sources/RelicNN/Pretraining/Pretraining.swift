internal import Foundation

/// The state of a pretraining run, and what one step does to it.
///
/// A value: a copy is a snapshot. Two runs from equal states on equal views stay equal to the bit,
/// whatever the number of workers.
public struct Pretraining<Backbone: EncoderNetwork>: Sendable {
  /// Trained by the gradient.
  public var online: RelicNetwork<Backbone> { trained.network }
  /// Follows the online network; its encoder is what a run is for.
  public internal(set) var target: RelicNetwork<Backbone>
  /// Steps taken.
  public internal(set) var step = 0
  /// Steps of the whole run and of one epoch.
  public let length: RunLength
  /// The decay of the next move of the target, an exponential moving average.
  public internal(set) var emaDecay: Double
  /// The images that are trained on, or `nil` for any.
  ///
  /// Kept in checkpoints; a checkpoint of others does not continue the run.
  public var images: DatasetFingerprint?
  /// The ranks that share every step, each with rows of its own of every batch.
  ///
  /// They hold the same state to the bit. See ``shared(by:)``.
  public internal(set) var ranks: any Communicator = OneRank()
  /// Sums of losses, for the averages in reports.
  public internal(set) var averages = RunningAverages()

  var trained: TrainedParameters<Backbone>
  var optimizer: Adam
  /// The factor of the loss where activations are kept in 16 bits, else `nil`.
  var lossScale: LossScale?
  let loss: any ContrastiveLoss
  private let learningRates: LearningRateSchedule
  private let emaSchedule: EMASchedule
  let recomputes: Bool
  let shards: Int
  let seed: UInt64

  /// Joins the parts of a run before its first step; the target begins as a copy of `network`.
  ///
  /// - Parameters:
  ///   - network: The online network with its first weights.
  ///   - loss: What is minimised.
  ///   - optimizer: Moves the online network.
  ///   - length: The steps of the run.
  ///   - learningRates: The optimiser's step size.
  ///   - emaSchedule: How the target follows.
  ///   - lossScale: The factor of the loss where activations are kept in 16 bits.
  ///   - recomputes: Whether views are computed twice and kept one at a time.
  ///   - shards: Parts of a batch that are computed each by itself, or 1 for those of the ranks.
  ///   - seed: The seed of what networks draw in a pass.
  init(
    _ network: RelicNetwork<Backbone>, loss: any ContrastiveLoss, optimizer: Adam,
    length: RunLength, learningRates: LearningRateSchedule, emaSchedule: EMASchedule,
    lossScale: LossScale?, recomputes: Bool, shards: Int, seed: UInt64
  ) {
    trained = TrainedParameters(
      network: network, logScale: loss.initialLogScale, bias: loss.initialBias)
    target = network
    emaDecay = Double(emaSchedule.start)
    self.length = length
    self.loss = loss
    self.optimizer = optimizer
    self.learningRates = learningRates
    self.emaSchedule = emaSchedule
    self.lossScale = lossScale
    self.recomputes = recomputes
    self.shards = shards
    self.seed = seed
  }

  /// Takes one step: losses over all pairs of views, Adam, then the target's move.
  ///
  /// - Parameters:
  ///   - views: The views of one batch, or of this rank's rows of it.
  ///   - measuresAccuracy: Whether the report tells how often an image finds its other view.
  /// - Returns: The losses and what they did to rates, scales and bias.
  /// - Throws: `PretrainingError.lossNotFinite`; the state is then what it was, except for running
  ///   statistics and averages.
  public mutating func advance(
    _ views: ViewBatch, measuresAccuracy: Bool = false
  ) throws(PretrainingError) -> StepReport {
    if length.beginsEpoch(atStep: step) { averages.beginEpoch() }
    let passes = try shards > 1 ? differentiateShards(views) : differentiate(views, over: ranks)
    let result = passes.loss
    optimize()
    moveTarget()
    averages.add(loss: result.loss, invariance: result.invariance)
    step += 1
    return StepReport(
      step: step, epoch: length.epoch(ofStep: step), endsEpoch: length.beginsEpoch(atStep: step),
      loss: result.loss, invariance: result.invariance, emaDecay: emaDecay,
      logitScale: loss.logitScale(trained.logScale), bias: trained.bias,
      learningRate: optimizer.learningRate, lossScale: lossScale?.value, averages: averages,
      accuracy: measuresAccuracy ? matchingAccuracy(passes.online, passes.targets) : nil,
      spread: measuresAccuracy ? passes.targets.view(0).spread : nil)
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

  /// How often view 1 of an image is nearest to the target's view 2 of the same image.
  private func matchingAccuracy(_ online: Tensor, _ targets: Tensor) -> MatchingAccuracy? {
    guard targets.shape[0] > 1 else { return nil }
    return MatchingAccuracy(
      logits: loss.logits(
        online: online.view(0), target: targets.view(1), logScale: trained.logScale,
        bias: trained.bias))
  }
}

/// How long a run is.
public struct RunLength: Sendable, Equatable {
  /// Passes over the data.
  public var epochs: Int
  /// Batches in one pass.
  public var stepsPerEpoch: Int
  /// Steps between two measurements of in-batch accuracy.
  public var measurementInterval: Int

  /// Steps of all epochs.
  public var steps: Int { epochs * stepsPerEpoch }

  /// Whether the step after `step` steps is the first of an epoch.
  func beginsEpoch(atStep step: Int) -> Bool { step % stepsPerEpoch == 0 }

  /// The epoch, from 1, of a step, from 1.
  func epoch(ofStep step: Int) -> Int { (step - 1) / stepsPerEpoch + 1 }
}

extension Tensor {
  /// The root of the total variance of the rows divided by their lengths, `√Σ mean (x - mean x)²`.
  fileprivate var spread: Double {
    let rows = ComparedRows(self).rows
    let (count, columns) = (rows.shape[0], rows.shape[1])
    let elements = rows.scalars.map { Double($0) }
    let variance = (0..<columns).reduce(0.0) { sum, column in
      let values = stride(from: column, to: elements.count, by: columns).map { elements[$0] }
      let mean = values.reduce(0, +) / Double(count)
      return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }
    return variance.squareRoot()
  }
}
