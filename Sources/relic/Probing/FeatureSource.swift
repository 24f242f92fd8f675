internal import Foundation
internal import LinearProbe
internal import RelicNN

/// What turns images into features: a trained encoder, one with random weights, or no encoder.
struct FeatureSource {
  /// The encoder, or `nil` if the features are the pixels themselves.
  private(set) var encoder: FrozenEncoder?

  /// The side of the images it takes, in pixels.
  let imageSize: Int

  /// What the encoder's training did to pixels, or `nil` for pixels in [0, 1].
  var normalization: PixelNormalization?

  /// What the file of the encoder has besides, a line each.
  private(set) var notes: [String] = []

  /// What follows a run's path where the features are those of its online network.
  static let onlineMark = " (online)"

  /// What it is, for the description beside the features.
  private var origin: FeatureDescription

  /// The pixels themselves.
  init(rawPixelsOf size: Int) {
    imageSize = size
    origin = FeatureDescription(encoder: "raw pixels", dataset: "")
  }

  /// An encoder with the weights that a run of this configuration starts from.
  init(untrained configuration: PretrainingConfiguration, in precision: Precision) {
    let encoder = configuration.encoder.network(
      stem: configuration.stem, seed: configuration.seed)
    self.init(encoder, of: configuration, called: "random", in: precision)
  }

  /// An encoder of a run of this configuration.
  init(
    _ encoder: any EncoderNetwork, of configuration: PretrainingConfiguration, called name: String,
    in precision: Precision = .float32
  ) {
    self.encoder = FrozenEncoder(encoder, precision: precision)
    imageSize = configuration.featureImageSize
    var origin = FeatureDescription(encoder: name, dataset: "")
    origin.model = configuration.encoder.rawValue
    origin.stem = configuration.stem.rawValue
    origin.seed = configuration.seed
    origin.weightDigest = encoder.stateDict().checksum()
    self.origin = origin
  }

  /// An encoder whose weights lie in a file.
  init(_ file: EncoderFile, imageSize: Int, in precision: Precision) throws {
    let (encoder, weights) = try file.read()
    self.encoder = FrozenEncoder(encoder, precision: precision)
    self.imageSize = imageSize
    notes = weights.notes(about: file.path)
    origin = FeatureDescription(encoder: file.path, dataset: "")
    origin.model = file.model.rawValue
    origin.stem = file.stem.rawValue
    origin.weightDigest = encoder.stateDict().checksum()
    origin.epochs = weights.metadata["epochs"].flatMap { Int($0) }
  }

  /// The encoder of one of a run's networks, for images of a side or, if it is `nil`, the run's.
  init(
    _ run: RunFolder, _ network: RunNetwork, in precision: Precision, imageSize: Int? = nil
  ) throws {
    let configuration = try run.options().configuration
    let isOnline = network == .online
    switch (isOnline, encoder: run.holdsEncoder, checkpoint: run.holdsCheckpoint) {
    case (_, encoder: false, checkpoint: false): throw RunError.noCheckpoint(path: run.path)
    case (true, _, checkpoint: false): throw RunError.noOnlineNetwork(path: run.path)
    case (false, encoder: false, _): throw RunError.noEncoder(path: run.path)
    default: break
    }
    try self.init(
      EncoderFile(
        path: isOnline ? run.checkpointPath : run.encoderPath,
        prefix: isOnline ? "online_encoder.0" : nil, model: configuration.encoder,
        stem: configuration.stem),
      imageSize: imageSize ?? configuration.featureImageSize, in: precision)
    origin.encoder = run.path + (isOnline ? Self.onlineMark : "")
    origin.seed = configuration.seed
    origin.projectionDimension = configuration.projectionOutputs
  }

  /// The description of features of a data set.
  func description(of dataset: String) -> FeatureDescription {
    var description = origin
    description.dataset = dataset
    description.imageSize = imageSize
    description.pixelMean = normalization?.mean
    description.pixelDeviation = normalization?.deviation
    if let encoder, encoder.precision != .float32 {
      description.precision = encoder.precision.rawValue
    }
    description.version = Program.version
    description.blasCore = BLAS.core
    return description
  }
}
