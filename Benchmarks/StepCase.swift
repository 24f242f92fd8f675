internal import RelicNN

/// One configuration of a training step.
struct StepCase {
  /// What the command line and the comparison scripts call it.
  let name: String
  var configuration = PretrainingConfiguration()

  var batch: Int { configuration.batchSize }
  var size: Int { configuration.imageSize }

  var description: String {
    "\(name): \(configuration.encoder), \(configuration.stem) stem, \(size)x\(size), batch \(batch)"
  }

  static let all = [
    StepCase("resnet18-32", .resnet18, size: 32, batch: 256),
    StepCase("resnet18-cifar-64", .resnet18, stem: .cifar, size: 32, batch: 64),
    StepCase("resnet18-cifar-256", .resnet18, stem: .cifar, size: 32, batch: 256),
    StepCase("resnet18-96", .resnet18, size: 96, batch: 64),
    StepCase("resnet50-96", .resnet50, size: 96, batch: 64),
    StepCase("efficientnet-96", .efficientnet, size: 96, batch: 32),
  ]

  /// Steps that save memory; run only where they are named.
  static let saving = {
    var recompute = StepCase("resnet50-96-recompute", .resnet50, size: 96, batch: 256)
    recompute.configuration.recomputes = true
    var half = StepCase("resnet50-96-fp16", .resnet50, size: 96, batch: 64)
    half.configuration.fp16Precision = true
    return [StepCase("resnet50-96-256", .resnet50, size: 96, batch: 256), recompute, half]
  }()

  init(
    _ name: String, _ encoder: EncoderModel,
    stem: Stem = .imagenet, size: Int, batch: Int
  ) {
    self.name = name
    configuration.encoder = encoder
    configuration.stem = stem
    configuration.imageSize = size
    configuration.batchSize = batch
  }

  /// Returns the cases of these names, all of the table for no name.
  static func named(_ names: [String]) throws(UsageError) -> [StepCase] {
    if names.isEmpty { return all }
    var cases: [StepCase] = []
    for name in names {
      guard let step = (all + saving).first(where: { $0.name == name }) else {
        throw UsageError(
          description: "no case '\(name)', only "
            + (all + saving).map(\.name).joined(separator: ", "))
      }
      cases.append(step)
    }
    return cases
  }
}

/// What is wrong with the command line.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}
