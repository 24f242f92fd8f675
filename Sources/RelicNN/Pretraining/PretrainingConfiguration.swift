/// Everything that decides a pretraining run; equal configurations give equal weights.
public struct PretrainingConfiguration: Equatable, Sendable {
  /// The data set's name, `cifar10`, `shapes` and so on.
  public var dataset = "stl10"
  /// The folder the data set is read from.
  public var datasetPath = "./data"
  /// Labelled training images that are held out, for choosing between configurations.
  public var validationCount = 0
  /// The encoder architecture.
  public var encoder = EncoderModel.resnet18
  /// The encoder's first layers.
  public var stem = Stem.imagenet
  /// The side of a global view, in pixels.
  public var imageSize = 96
  /// The side of images that features are made of, in pixels, or `nil` for that of views.
  ///
  /// Crops show a part of an image, so what is one size to the network is another in the whole image;
  /// a network of crops of their own resolution is better at whole images of theirs. Touvron et al.
  /// 2019, "Fixing the train-test resolution discrepancy".
  public var wholeImageSize: Int?
  /// Passes over the data.
  public var epochs = 100
  /// Images per step; the last incomplete batch of an epoch is dropped.
  public var batchSize = 256
  /// Adam's step size, after the warm-up.
  public var learningRate: Float = 3e-4
  /// Epochs over which the learning rate rises from 0.
  public var warmupEpochs = 0
  /// Steps over which it rises, beside those of the warm-up's epochs.
  public var warmupSteps = 0
  /// The learning rate after the warm-up.
  public var learningRateShape = LearningRateSchedule.Shape.constant
  /// The share of the steps after which a cosine begins, if not right after the warm-up.
  public var decayStart: Float = 0
  /// Adam's L2 penalty, added to the gradient.
  public var weightDecay: Float = 1e-5
  /// Whether biases, normalisations and the logits' scale are left out of the penalty.
  public var exemptsBiasAndNorm = false
  /// Width of the projection head's hidden layer.
  public var projectionHidden = 512
  /// Width of the projection head's output.
  public var projectionOutputs = 64
  /// The decay of the target network, an exponential moving average, at the start.
  public var emaDecay: Float = 0.995
  /// Weight of the invariance penalty.
  public var alpha: Float = 1
  /// Whether the pairwise sigmoid loss replaces the cross-entropy.
  public var useSigLIP = false
  /// The scale of the logits at the start, or `nil` for the loss's own: 1, or 10 with SigLIP.
  public var initialLogitScale: Float?
  /// A temperature that stays as it is and divides logits of projections that are not normalised,
  /// or `nil` for a trained scale of normalised ones.
  public var temperature: Float?
  /// The last step, counted from 0, after which the target is a plain copy of the online network:
  /// N copies the first N + 1.
  public var copiesTargetThroughStep = 1
  /// Steps between two moves of the target.
  public var targetMoveInterval = 1
  /// Large crops of each image, seen by both networks.
  public var globalViews = 2
  /// Small crops of each image, seen by the online network alone.
  public var localViews = 0
  /// How far views differ from their images.
  public var viewStrength = ViewStrength()
  /// Whether products multiply bfloat16 where the processor has fast instructions for it, and activations
  /// kept for the backward pass are held in 16 bits.
  public var fp16Precision = false
  /// Whether views are computed twice, so that only one is kept for the backward pass at a time.
  public var recomputes = false
  /// Parts of a batch that are computed each by itself, a power of two.
  ///
  /// As many processes, or half or a quarter as many, then come to the same bits. With 1, each process's
  /// part is computed by itself.
  public var shards = 1
  /// Steps between two checkpoints with in-batch accuracy.
  public var logEveryNSteps = 400
  /// The seed of weights, order and views.
  public var seed: UInt64 = 42

  /// The side of images that features are made of, in pixels.
  public var featureImageSize: Int { wholeImageSize ?? imageSize }

  /// Creates the reference's default configuration.
  public init() {}
}

extension Pretraining {
  /// Creates the state before the first step: the encoder as it is, a projection head with random
  /// weights.
  ///
  /// - Parameters:
  ///   - encoder: What is trained.
  ///   - configuration: What decides the run, apart from the encoder.
  ///   - stepsPerEpoch: Batches in one pass over the data.
  ///   - loss: What is minimised, if not the configuration's loss.
  public init(
    _ encoder: Backbone, _ configuration: PretrainingConfiguration, stepsPerEpoch: Int,
    loss: (any ContrastiveLoss)? = nil
  ) {
    var generator = Philox(seed: configuration.seed, purpose: .weights, sample: 1)
    let head = ProjectionHead(
      inputs: encoder.featureCount, hidden: configuration.projectionHidden,
      outputs: configuration.projectionOutputs, precision: configuration.precision,
      using: &generator)
    var optimizer = Adam(
      learningRate: configuration.learningRate, weightDecay: configuration.weightDecay)
    optimizer.exemptsBiasAndNorm = configuration.exemptsBiasAndNorm
    self.init(
      RelicNetwork(encoder: encoder, head: head), loss: loss ?? configuration.loss,
      optimizer: optimizer,
      length: RunLength(
        epochs: configuration.epochs, stepsPerEpoch: stepsPerEpoch,
        measurementInterval: configuration.logEveryNSteps),
      learningRates: configuration.learningRates(stepsPerEpoch: stepsPerEpoch),
      emaSchedule: configuration.emaSchedule(stepsPerEpoch: stepsPerEpoch),
      lossScale: configuration.fp16Precision ? LossScale() : nil,
      recomputes: configuration.recomputes, shards: configuration.shards,
      seed: configuration.seed)
  }
}

extension PretrainingConfiguration {
  /// Returns the encoder that a run starts with.
  public func makeEncoder() -> any EncoderNetwork {
    encoder.network(stem: stem, seed: seed, precision: precision)
  }

  /// What the run's products multiply and what it keeps.
  public var precision: TrainingPrecision { fp16Precision ? .mixed : .float32 }

  /// What a run minimises.
  package var loss: any ContrastiveLoss {
    if let temperature { return RelicLoss(alpha: alpha, fixedTemperature: temperature) }
    return useSigLIP
      ? SigLIPLoss(alpha: alpha, initialLogitScale: initialLogitScale ?? 10)
      : RelicLoss(alpha: alpha, initialLogitScale: initialLogitScale ?? 1)
  }

  /// Adam's step size over the run.
  func learningRates(stepsPerEpoch: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      peak: learningRate, warmupSteps: warmupEpochs * stepsPerEpoch + warmupSteps,
      totalSteps: epochs * stepsPerEpoch, shape: learningRateShape, decayStart: decayStart)
  }

  /// How the target follows the online network over the run.
  func emaSchedule(stepsPerEpoch: Int) -> EMASchedule {
    EMASchedule(
      start: emaDecay, epochs: epochs, stepsPerEpoch: stepsPerEpoch,
      copiesThrough: copiesTargetThroughStep, interval: targetMoveInterval)
  }
}
