/// An encoder architecture, by the reference's option values where it has them.
public enum EncoderModel: String, CaseIterable, Sendable {
  case resnet18
  case resnet50
  case efficientnet
  /// A ResNet for small images that is narrow where they are large, which the reference lacks.
  case resnet16Tapered = "resnet16_tapered"

  /// Returns the output stride: pixels of an image, along one side, for one of the last stage.
  ///
  /// Chen et al. 2017, "Rethinking Atrous Convolution".
  public func outputStride(stem: Stem) -> Int {
    switch self == .efficientnet ? .imagenet : stem {
    case .imagenet: 32
    case .small: 16
    case .cifar: 8
    }
  }

  /// Returns a network of this architecture with torchvision's initialisation.
  ///
  /// - Parameters:
  ///   - stem: The first layers of a ResNet; other encoders have one stem.
  ///   - seed: The seed of the weights.
  ///   - precision: What training multiplies and keeps.
  /// - Returns: A ``ResNet`` or an ``EfficientNetV2``.
  public func network(
    stem: Stem, seed: UInt64, precision: TrainingPrecision = .float32
  ) -> any EncoderNetwork {
    var generator = Philox(seed: seed, purpose: .weights)
    return switch self {
    case .resnet18: ResNet(.eighteen, stem: stem, precision: precision, using: &generator)
    case .resnet50: ResNet(.fifty, stem: stem, precision: precision, using: &generator)
    case .resnet16Tapered:
      ResNet(.sixteenTapered, stem: stem, precision: precision, using: &generator)
    case .efficientnet: EfficientNetV2(precision: precision, using: &generator)
    }
  }
}
