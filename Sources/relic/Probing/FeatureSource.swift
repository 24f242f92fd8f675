internal import Foundation
internal import LinearProbe
internal import RelicNN

/// What turns images into features: a trained encoder, one with random weights, or no encoder.
struct FeatureSource {
  /// The encoder, or `nil` if the features are the pixels themselves.
  let encoder: (any EncoderNetwork)?

  /// The side of the images it takes, in pixels.
  let imageSize: Int

  /// What it is, for the description beside the features.
  private var origin: FeatureDescription

  /// The pixels themselves.
  init(rawPixelsOf size: Int) {
    encoder = nil
    imageSize = size
    origin = FeatureDescription(encoder: "raw pixels", dataset: "")
  }

  /// An encoder with the weights that a run of this configuration starts from.
  init(untrained configuration: PretrainingConfiguration) {
    let encoder = configuration.encoder.network(
      stem: configuration.stem, seed: configuration.seed)
    self.init(encoder, of: configuration, called: "random")
  }

  /// An encoder of a run of this configuration.
  init(
    _ encoder: any EncoderNetwork, of configuration: PretrainingConfiguration, called name: String
  ) {
    self.encoder = encoder
    imageSize = configuration.imageSize
    var origin = FeatureDescription(encoder: name, dataset: "")
    origin.model = configuration.encoder.rawValue
    origin.stem = configuration.stem.rawValue
    origin.seed = configuration.seed
    self.origin = origin
  }

  /// An encoder whose weights lie in a file.
  init(
    weightsAt path: String, model: EncoderModel,
    stem: Stem, imageSize: Int
  ) throws {
    try self.init(
      WeightFile.read(path), path: path, model: model, stem: stem, imageSize: imageSize)
  }

  /// The encoder of a run.
  init(_ run: RunFolder) throws {
    let configuration = try run.options().configuration
    guard run.holdsEncoder else { throw RunError.noCheckpoint(path: run.path) }
    let weights = try Safetensors.read(run.encoderPath)
    try self.init(
      weights, path: run.encoderPath, model: configuration.encoder, stem: configuration.stem,
      imageSize: configuration.imageSize)
    origin.encoder = run.path
    origin.seed = configuration.seed
    origin.epochs = weights.metadata["epochs"].flatMap { Int($0) }
    origin.projectionDimension = configuration.projectionOutputs
  }

  private init(
    _ weights: StateDict, path: String, model: EncoderModel,
    stem: Stem, imageSize: Int
  ) throws {
    var encoder = model.network(stem: stem, seed: 0)
    do {
      try encoder.load(weights.encoderWeights())
    } catch {
      throw RunError.doesNotFit(
        path: path, model: model.rawValue, stem: stem.rawValue, mismatch: error)
    }
    // A rectifier makes 0 of NaN, so that features alone would not show it.
    let loaded = encoder.stateDict()
    let broken = loaded.names.first { name in
      loaded.tensor(name)?.scalars.contains { !$0.isFinite } ?? false
    }
    if let broken { throw BrokenEncoder.weight(encoder: path, name: broken) }
    self.encoder = encoder
    self.imageSize = imageSize
    origin = FeatureDescription(encoder: path, dataset: "")
    origin.model = model.rawValue
    origin.stem = stem.rawValue
  }

  /// The description of features of a data set.
  func description(of dataset: String) -> FeatureDescription {
    var description = origin
    description.dataset = dataset
    description.imageSize = imageSize
    description.version = Program.version
    description.blasCore = BLAS.core
    return description
  }
}
