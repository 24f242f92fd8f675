internal import RelicNN

/// One configuration of a training step.
struct StepCase {
  /// What the command line and the comparison scripts call it.
  let name: String
  let encoder: PretrainingConfiguration.EncoderModel
  let stem: PretrainingConfiguration.Stem
  let size: Int
  let batch: Int

  var description: String {
    "\(name): \(encoder.rawValue), \(stem.rawValue) stem, \(size)x\(size), batch \(batch)"
  }

  static let all = [
    StepCase("resnet18-32", .resnet18, .imagenet, size: 32, batch: 256),
    StepCase("resnet18-cifar-64", .resnet18, .cifar, size: 32, batch: 64),
    StepCase("resnet18-cifar-256", .resnet18, .cifar, size: 32, batch: 256),
    StepCase("resnet18-96", .resnet18, .imagenet, size: 96, batch: 64),
    StepCase("resnet50-96", .resnet50, .imagenet, size: 96, batch: 64),
    StepCase("efficientnet-96", .efficientnet, .imagenet, size: 96, batch: 32),
  ]

  init(
    _ name: String, _ encoder: PretrainingConfiguration.EncoderModel,
    _ stem: PretrainingConfiguration.Stem, size: Int, batch: Int
  ) {
    self.name = name
    self.encoder = encoder
    self.stem = stem
    self.size = size
    self.batch = batch
  }
}
