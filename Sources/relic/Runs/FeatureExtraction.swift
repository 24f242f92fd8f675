internal import LinearProbe
internal import RelicNN

/// Pictures of a data set through a frozen encoder, in the data set's order.
struct FeatureExtraction {
  let source: FeatureSource
  let dataset: String
  let datasetPath: String
  let batchSize: Int
  let console: Console

  /// Returns the features of the train and test splits, with how they were made.
  func features() throws -> FeatureFolder {
    let train = try openDataset(name: dataset, path: datasetPath, split: .train)
    let test = try openDataset(name: dataset, path: datasetPath, split: .test)
    let trainFeatures = try features(of: train, called: "train")
    let testFeatures = try features(of: test, called: "test")
    var origin = source.description(of: dataset)
    origin.featureDimension = trainFeatures.features.columns
    origin.trainCount = trainFeatures.labels.count
    origin.testCount = testFeatures.labels.count
    origin.classNames = train.classNames
    return try FeatureFolder(train: trainFeatures, test: testFeatures, origin: origin)
  }

  private func features(of images: any ImageDataset, called split: String) throws -> LabeledFeatures
  {
    let loader = EvaluationLoader(
      dataset: images, imageSize: source.imageSize, batchSize: batchSize)
    let start = ContinuousClock.now
    var display = StatusDisplay(console)
    var elements: [Float] = []
    var labels: [Int] = []
    for index in 0..<loader.batchCount {
      let batch = try loader.batch(index)
      let features = source.encoder?.features(of: batch.images) ?? batch.images
      if elements.isEmpty {
        elements.reserveCapacity(features.count / batch.samples.count * images.count)
      }
      unsafe features.withElements { unsafe elements.append(contentsOf: $0) }
      labels += batch.labels.map { $0 ?? -1 }
      let speed = Double(labels.count) / ((ContinuousClock.now - start) / .seconds(1))
      display.show([
        "\(split): \(labels.count)/\(images.count) images", "\(speed.fixed(0)) images/s",
        "\((Double(images.count - labels.count) / speed).duration) left",
      ])
    }
    display.erase()
    let names = images.indices.compactMap { images.fileName(at: $0) }
    return LabeledFeatures(
      features: Features(
        rows: labels.count, columns: labels.isEmpty ? 0 : elements.count / labels.count,
        elements: elements),
      labels: labels, files: names.count == labels.count ? names : nil)
  }
}

extension ImageDataset {
  fileprivate var indices: Range<Int> { 0..<count }
}
