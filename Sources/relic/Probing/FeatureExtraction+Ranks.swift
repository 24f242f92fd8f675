internal import RelicNN

extension FeatureExtraction {
  /// Refuses ranks that would not make the same features of the same images.
  func compareRanks(_ datasets: [any ImageDataset]) throws {
    guard ranks.size > 1 else { return }
    var traits = RankTraits()
    traits.add("'--batch-size'", "\(batchSize)", remedy: "give every rank the same options")
    for dataset in datasets { traits.add(dataset, in: splits.path) }
    traits.add(
      "what the encoder makes of a grey image", grey,
      remedy: "give every machine the same encoder, and every rank the same options")
    try traits.compare(ranks)
  }

  /// The digest of a grey image's features, which any difference of weights, sizes or precision changes.
  private var grey: String {
    let size = source.imageSize
    let image = Tensor(repeating: 0.5, shape: [1, size, size, 3])
    let pixels = source.normalization?(image) ?? image
    let features = (source.encoder?(pixels) ?? pixels).scalars
    var digest = MD5()
    for value in features {
      digest.update((0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) })
    }
    return digest.hexadecimal()
  }
}
