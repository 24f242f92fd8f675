internal import LinearProbe
internal import RelicNN

/// Pictures of a data set through a frozen encoder, in the data set's order.
struct FeatureExtraction {
  let source: FeatureSource
  let dataset: String
  let datasetPath: String
  let batchSize: Int
  let brokenImages: BrokenImages
  let skipped: SkippedPictures
  let console: Console

  /// Returns the features of the train and test splits, with how they were made.
  func features() throws -> FeatureFolder {
    // Both are opened before one is read: a missing split costs no time.
    let train = try openDataset(name: dataset, path: datasetPath, split: .train)
    let test = try openDataset(name: dataset, path: datasetPath, split: .test)
    var (trainFeatures, origin) = try features(of: train, called: "train")
    let testFeatures = try features(of: test, called: "test").samples
    origin.testCount = testFeatures.labels.count
    return try FeatureFolder(train: trainFeatures, test: testFeatures, origin: origin)
  }

  /// Returns the features of the pictures of one split, with how they were made.
  func features(
    of pictures: any ImageDataset, called split: String
  ) throws -> (samples: LabeledFeatures, origin: FeatureDescription) {
    let loader = EvaluationLoader(
      dataset: pictures, imageSize: source.imageSize, batchSize: batchSize, broken: brokenImages)
    let start = ContinuousClock.now
    var display = StatusDisplay(console)
    var elements: [Float] = []
    var labels: [Int] = []
    var names: [String] = []
    for index in 0..<loader.batchCount {
      let batch = try loader.batch(index)
      if !batch.skipped.isEmpty { display.keep() }
      skipped.tell(batch.skipped)
      if batch.samples.isEmpty { continue }
      let images = source.normalization?(batch.images) ?? batch.images
      let features = source.encoder?.features(of: images) ?? images
      if let row = features.firstRowNotFinite {
        let sample = batch.samples[row]
        throw FeaturesNotFinite(
          encoder: source.description(of: dataset).encoder,
          picture: pictures.fileName(at: sample) ?? "picture \(sample) of the \(split) split")
      }
      if elements.isEmpty {
        elements.reserveCapacity(features.count / batch.samples.count * pictures.count)
      }
      unsafe features.withElements { unsafe elements.append(contentsOf: $0) }
      labels += batch.labels.map { $0 ?? -1 }
      names += batch.samples.compactMap { pictures.fileName(at: $0) }
      let speed = Double(labels.count) / ((ContinuousClock.now - start) / .seconds(1))
      display.show([
        "\(split): \(labels.count)/\(pictures.count) images", "\(speed.fixed(0)) images/s",
        "\((Double(pictures.count - labels.count) / speed).duration) left",
      ])
    }
    display.erase()
    let columns = labels.isEmpty ? 0 : elements.count / labels.count
    var origin = source.description(of: dataset)
    origin.featureDimension = columns
    origin.trainCount = labels.count
    origin.classNames = pictures.classNames
    let samples = LabeledFeatures(
      features: Features(rows: labels.count, columns: columns, elements: elements),
      labels: labels, files: names.count == labels.count ? names : nil)
    return (samples, origin)
  }
}

/// Features that are not numbers, though all weights are: the encoder's arithmetic overflows.
struct FeaturesNotFinite: Error, Equatable, CustomStringConvertible {
  let encoder: String
  let picture: String

  /// What was found, and where.
  var description: String {
    "\(encoder): the features of \(picture) are not finite; the training diverged: take an earlier "
      + "checkpoint"
  }
}

extension Tensor {
  /// The first row of `[rows, columns]` with a NaN or an infinite number, or `nil`.
  fileprivate var firstRowNotFinite: Int? {
    let columns = max(1, count / max(1, shape[0]))
    return unsafe withElements { elements in
      unsafe elements.firstIndex { !$0.isFinite }.map { $0 / columns }
    }
  }
}
