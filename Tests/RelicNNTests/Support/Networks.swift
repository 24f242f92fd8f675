@testable import RelicNN

extension ResNet {
  /// The network that a run of this seed starts with.
  init(_ depth: Depth, stem: Stem, seed: UInt64, precision: TrainingPrecision = .float32) {
    var generator = Philox(seed: seed, purpose: .weights)
    self.init(depth, stem: stem, precision: precision, using: &generator)
  }
}

extension EfficientNetV2 {
  /// The network that a run of this seed starts with.
  init(seed: UInt64) {
    var generator = Philox(seed: seed, purpose: .weights)
    self.init(using: &generator)
  }
}

extension Pretraining where Backbone == ResNet {
  /// The first state of a run of a ResNet-18.
  init(_ configuration: PretrainingConfiguration, stepsPerEpoch: Int) {
    let encoder = ResNet(
      .eighteen, stem: configuration.stem, seed: configuration.seed,
      precision: configuration.precision)
    self.init(encoder, configuration, stepsPerEpoch: stepsPerEpoch)
  }
}
