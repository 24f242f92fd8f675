/// A network from images to features, with a gradient for its parameters but none for its input.
public protocol EncoderNetwork: Module {
  /// What `backward` needs from the matching `forward`.
  associatedtype Cache: Sendable

  /// The number of features of an image.
  var featureCount: Int { get }

  /// Returns features `[…, featureCount]` of inference for images `[…, height, width, 3]`:
  /// normalisations go by their running averages.
  func callAsFunction(_ images: Tensor) -> Tensor

  /// Says which training pass comes next: a network that drops parts at random draws them by it.
  mutating func prepare(for pass: TrainingPass)

  /// Returns features of training, `[…, featureCount]`, by the statistics of each view, and what
  /// `backward` will need.
  ///
  /// Images are `[batch, height, width, 3]`, or `[views, batch, height, width, 3]` of which each
  /// view is normalised apart.
  mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache)

  /// Returns features of training where no `backward` follows.
  mutating func forwardOnly(_ images: Tensor) -> Tensor

  /// Adds to the parameters' gradients for `dy` of shape `[…, featureCount]`.
  mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache)
}

extension EncoderNetwork {
  /// Does nothing: most networks draw nothing in a pass.
  public mutating func prepare(for pass: TrainingPass) {}

  /// Returns what `forward` does; a network that saves memory without a cache leaves it out instead.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor { forward(images).y }
}

/// The place of a training pass in a run: what a network draws is a function of these numbers.
public struct TrainingPass: Sendable, Equatable {
  /// The run's seed.
  public var seed: UInt64
  /// The step of the run, from 0.
  public var step: Int
  /// The pass within the step: those of the online network from 0, the target's 255.
  public var index: Int
  /// The rows of the batch that this rank has, or `nil` for all.
  public var rows: BatchRows?

  /// Names a pass.
  public init(seed: UInt64, step: Int, index: Int, rows: BatchRows? = nil) {
    self.seed = seed
    self.step = step
    self.index = index
    self.rows = rows
  }
}
