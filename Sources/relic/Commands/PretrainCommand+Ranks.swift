internal import RelicNN

/// What has to be so before several ranks train together.
extension PretrainCommand {
  /// Refuses a run for which a machine has too little memory, or the batch too few images.
  func checkSizes(_ encoder: some EncoderNetwork) throws {
    guard configuration.batchSize >= ranks.size else {
      throw UsageError.conflict(
        "'--batch-size' is \(configuration.batchSize), and \(ranks.size) ranks share each batch",
        remedy: "give a larger one, or start fewer")
    }
    try checkShards()
    try shareOfRank.checkMemory(of: encoder, begun: resumed != nil)
  }

  /// Refuses shards that are no power of two, or that images or ranks do not divide among them.
  private func checkShards() throws(UsageError) {
    let shards = configuration.shards
    guard shards & (shards - 1) == 0 else {
      let below = 1 << (Int.bitWidth - 1 - shards.leadingZeroBitCount)
      throw .conflict(
        "'--shards' is \(shards), which is no power of two",
        remedy: "give \(below) or \(2 * below)")
    }
    guard configuration.batchSize >= shards else {
      throw .conflict(
        "'--shards' is \(shards), and '--batch-size' \(configuration.batchSize)",
        remedy: "give fewer shards or a larger batch")
    }
    guard shards == 1 || shards % ranks.size == 0 else {
      throw .conflict(
        "'--shards' is \(shards), which \(ranks.size) ranks cannot share evenly",
        remedy: "start 1, 2, 4 or another power of two up to \(shards), or leave it out")
    }
  }

  /// The configuration with as many images in a batch, and shards of it, as a rank has at most.
  var shareOfRank: PretrainingConfiguration {
    var own = configuration
    own.batchSize = (configuration.batchSize + ranks.size - 1) / ranks.size
    own.shards = max(1, configuration.shards / ranks.size)
    return own
  }

  /// Refuses ranks that would not compute the same.
  func compareRanks(_ dataset: some ImageDataset) throws {
    guard ranks.size > 1 else { return }
    var traits = RankTraits()
    for option in RunOptions.all where option.key != "dataset_path" {
      traits.add(
        "'\(option.name)'", option.get(recorded) ?? "left out",
        remedy: "give every rank the same options")
    }
    let resumes = resumed != nil
    traits.add(
      "'--resume'", resumes ? "given" : "left out", remedy: "give it to every rank or none")
    traits.add(dataset, in: configuration.datasetPath)
    try traits.compare(ranks)
  }
}

extension Communicator {
  /// The workers of all ranks.
  var workers: Int { Int(sum([Double(ThreadPool.workerCount)])[0]) }
}
