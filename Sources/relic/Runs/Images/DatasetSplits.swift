internal import RelicNN

/// The parts of a data set that runs are trained on and scored by.
struct DatasetSplits: Equatable {
  let dataset: String
  let path: String
  /// Labelled training images held out, which take the place of the test split; 0 for none.
  let validationCount: Int
  /// What is done about files that cannot be read.
  let files: DatasetFiles

  init(dataset: String, path: String, validationCount: Int = 0, files: DatasetFiles) {
    self.dataset = dataset
    self.path = path
    self.validationCount = validationCount
    self.files = files
  }

  /// Those of a run.
  init(_ configuration: PretrainingConfiguration, _ files: DatasetFiles) {
    self.init(
      dataset: configuration.dataset, path: configuration.datasetPath,
      validationCount: configuration.validationCount, files: files)
  }

  /// Those that a command names, or else the run's.
  ///
  /// Where another set than the run's lies and what of it to hold out a run does not tell, except of
  /// published sets, which lie beside each other.
  init(
    _ name: DatasetName?, in path: String?, holdingOut count: Int?, of run: RunFolder?,
    _ files: DatasetFiles
  ) throws {
    let usual = PretrainingConfiguration()
    let recorded = try run?.options().configuration ?? usual
    let dataset = name?.rawValue ?? recorded.dataset
    let isOwn = dataset == recorded.dataset
    let isBeside = isOwn || DatasetName(rawValue: recorded.dataset)?.archive != nil
    self.init(
      dataset: dataset, path: path ?? (isBeside ? recorded : usual).datasetPath,
      validationCount: count ?? (isOwn ? recorded.validationCount : 0),
      files: try files.completed(by: run, isPathTyped: path != nil || !isBeside))
  }

  /// What encoders are pretrained on: of a user's own images those without labels, too.
  func pretraining() throws -> any ImageDataset {
    let name = DatasetName(rawValue: dataset)
    let split = name?.pretrainingSplit ?? .train
    guard split == .train || validationCount > 0 else { return try whole(split) }
    // Too many images held out are refused also where others are trained on.
    let train = try train()
    if split != .train { return try whole(split) }
    guard name == .folder, ImageFolder.hasUnlabeledSplit(path) else { return train }
    return JoinedImages([train, try whole(.unlabeled)])
  }

  /// What a probe is trained on.
  func train() throws -> any ImageDataset {
    let train = try whole(.train)
    guard validationCount > 0 else { return train }
    return try holdOut(from: train).rest
  }

  /// What a probe is scored by.
  func test() throws -> any ImageDataset {
    guard validationCount > 0 else { return try whole(.test) }
    return try holdOut(from: whole(.train)).heldOut
  }

  private func whole(_ split: DatasetSplit) throws -> any ImageDataset {
    try files.open(dataset, in: path, split)
  }

  private func holdOut(
    from train: any ImageDataset
  ) throws(UsageError) -> (rest: ImageSubset, heldOut: ImageSubset) {
    guard validationCount < train.count else {
      throw .conflict(
        "'--validation' is \(validationCount), but \(dataset) has \(train.count.counted("image")) to train on",
        remedy: "hold out fewer")
    }
    return train.holdingOut(validationCount)
  }
}

/// A command that scores by images held out of those that a run may have been trained on.
protocol ValidatingCommand: Command {
  var validationCount: Int? { get set }
}

extension ValidatingCommand {
  /// How many.
  static var validationOption: Option<Self> {
    .value(
      "--validation", sets: \.validationCount, as: "N", from: 0,
      "score by N images held out of the training split, 0 for the test split (default: the run's)")
  }
}
