/// A network from images to features, with a gradient for its parameters but none for its input.
public protocol EncoderNetwork: Module {
  /// What `backward` needs from the matching `forward`.
  associatedtype Cache: Sendable

  /// The number of features of an image.
  var featureCount: Int { get }

  /// Returns features `[…, featureCount]` of inference for images `[…, height, width, 3]`:
  /// normalisations go by their running averages.
  func callAsFunction(_ images: Tensor) -> Tensor

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
  /// Returns what `forward` does; a network that saves memory without a cache leaves it out instead.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor { forward(images).y }
}

/// The encoder that a configuration names.
///
/// One of the networks is there. Optionals instead of an enumeration, so that a network is changed
/// in place: taking it out of a case would copy every parameter.
public struct Encoder: EncoderNetwork {
  /// What backward reads.
  public struct Cache: Sendable {
    fileprivate var resNet: ResNet.Cache?
    fileprivate var efficientNet: EfficientNetV2.Cache?
  }

  private var resNet: ResNet?
  private var efficientNet: EfficientNetV2?

  /// The number of features of an image.
  public var featureCount: Int { resNet?.featureCount ?? efficientNet?.featureCount ?? 0 }

  /// Creates an encoder with torchvision's initialisation.
  ///
  /// - Parameters:
  ///   - model: The architecture.
  ///   - stem: The first layers of a ResNet; other encoders have one stem.
  ///   - seed: The seed of the weights.
  ///   - savesHalf: Whether what the backward pass reads is held in 16 bits.
  public init(
    _ model: EncoderModel, stem: Stem,
    seed: UInt64, savesHalf: Bool = false
  ) {
    var generator = Philox(seed: seed, purpose: .weights)
    switch model {
    case .resnet18: resNet = ResNet(.eighteen, stem: stem, savesHalf: savesHalf, using: &generator)
    case .resnet50: resNet = ResNet(.fifty, stem: stem, savesHalf: savesHalf, using: &generator)
    case .efficientnet: efficientNet = EfficientNetV2(savesHalf: savesHalf, using: &generator)
    }
  }

  /// Returns features `[batch, featureCount]` in evaluation mode for images
  /// `[batch, height, width, 3]`.
  public func features(of images: Tensor) -> Tensor { self(images) }

  /// Returns features `[…, featureCount]` of inference for images `[…, height, width, 3]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    if let features = resNet?(images) { return features }
    if let features = efficientNet?(images) { return features }
    preconditionFailure("an encoder without a network")
  }

  /// Returns features `[…, featureCount]` of training for images `[…, height, width, 3]`.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor {
    if let features = resNet?.forwardOnly(images) { return features }
    if let features = efficientNet?.forwardOnly(images) { return features }
    preconditionFailure("an encoder without a network")
  }

  /// Returns features `[…, featureCount]` of training, and what `backward` will need.
  public mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) {
    if let (features, cache) = resNet?.forward(images) {
      return (features, Cache(resNet: cache))
    }
    if let (features, cache) = efficientNet?.forward(images) {
      return (features, Cache(efficientNet: cache))
    }
    preconditionFailure("an encoder without a network")
  }

  /// Adds to the parameters' gradients for `dy` of shape `[…, featureCount]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {
    // Taken out, so that the network is the only owner and frees each layer's part in turn.
    if let own = cache.resNet.take() {
      resNet?.backward(dy, consume own)
    } else if let own = cache.efficientNet.take() {
      efficientNet?.backward(dy, consume own)
    }
  }

  /// Visits the network's parameters under torchvision's names.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try resNet?.visitParameters(path, body)
    try efficientNet?.visitParameters(path, body)
  }

  /// Chooses which branches training passes leave out from here on, where the architecture has
  /// stochastic depth.
  mutating func setStochasticDepth(_ depth: StochasticDepth) {
    efficientNet?.stochasticDepth = depth
  }
}
