/// What one step did, for the progress line and the metrics file.
public struct StepReport: Sendable, Equatable {
  /// Steps taken, this one included.
  public var step: Int
  /// The epoch the step belongs to, from 1.
  public var epoch: Int
  /// Whether the step is the last of its epoch.
  public var endsEpoch: Bool
  /// Mean over pairs of views.
  public var loss: Float
  /// The invariance penalty (KL), mean over pairs, before `alpha`.
  public var invariance: Float
  /// The decay of the target, an exponential moving average, after the step.
  public var emaDecay: Double
  /// `exp(tau)`, by which cosines are multiplied; the reference prints it as temperature.
  public var logitScale: Float
  /// The bias of the logits.
  public var bias: Float
  /// Adam's step size.
  public var learningRate: Float
  /// The factor of the next step's loss where activations are kept in 16 bits; this step was skipped
  /// if it halved.
  public var lossScale: Float?
  /// Averages over epoch and run.
  public var averages: RunningAverages
  /// In-batch accuracy, where it was asked for.
  public var accuracy: MatchingAccuracy?
  /// The standard deviation of target projections of length 1, with the accuracy: nearly 1 when
  /// they point everywhere, 0 when all are the same or zero.
  public var spread: Double?
}

/// The share of images whose other view the target finds in the batch.
///
/// Of views equally near, the image's own is taken for the last: where nothing tells images apart,
/// none is found.
public struct MatchingAccuracy: Sendable, Equatable {
  /// Nearest of all.
  public var top1: Double
  /// Among the nearest five.
  public var top5: Double
}

extension MatchingAccuracy {
  /// Ranks the diagonal of logits `[images, images]` within the rows.
  init(logits: Tensor) {
    let images = logits.shape[0]
    let elements = logits.scalars
    let ranks = (0..<images).map { row in
      let own = elements[row * images + row]
      return (0..<images).count { $0 != row && elements[row * images + $0] >= own }
    }
    func share(_ count: Int) -> Double { Double(ranks.count { $0 < count }) / Double(images) }
    self.init(top1: share(1), top5: share(5))
  }
}

/// Sums of losses since the start of the epoch and of the run.
public struct RunningAverages: Sendable, Equatable {
  var runLoss = 0.0
  var runSteps = 0
  var epochLoss = 0.0
  var epochInvariance = 0.0
  var epochSteps = 0

  /// The mean loss since the run began.
  public var loss: Double { runLoss / Double(max(runSteps, 1)) }
  /// The mean loss since the epoch began.
  public var lossOfEpoch: Double { epochLoss / Double(max(epochSteps, 1)) }
  /// The mean invariance penalty since the epoch began.
  public var invarianceOfEpoch: Double { epochInvariance / Double(max(epochSteps, 1)) }

  mutating func add(loss: Float, invariance: Float) {
    runLoss += Double(loss)
    runSteps += 1
    epochLoss += Double(loss)
    epochInvariance += Double(invariance)
    epochSteps += 1
  }

  mutating func beginEpoch() {
    epochLoss = 0
    epochInvariance = 0
    epochSteps = 0
  }
}

/// A reason a run cannot go on.
public enum PretrainingError: Error, Equatable, Sendable {
  case lossNotFinite(step: Int, loss: Float)
  case weightsNotFinite(step: Int)
}

extension PretrainingError: CustomStringConvertible {
  /// The reason in one line.
  public var description: String {
    switch self {
    case .lossNotFinite(let step, let loss):
      // NaN may have a sign in memory, which says nothing.
      "the loss became \(loss.isNaN ? "NaN" : "\(loss)") at step \(step)"
    case .weightsNotFinite(let step):
      "the weights are not finite after step \(step)"
    }
  }
}
