internal import LinearProbe
internal import RelicNN

/// Images of a data set through a frozen encoder, in the data set's order.
struct FeatureExtraction {
  let source: FeatureSource
  let splits: DatasetSplits
  let batchSize: Int
  let skipped: SkippedImages
  let console: Console
  /// Whether it says what it takes for each split.
  var tellsOfImages = false

  /// Returns the features of the train and test splits, with how they were made.
  func features() throws -> FeatureFolder {
    // Both are opened before one is read: a missing split costs no time.
    let train = try splits.train()
    let test = try splits.test()
    if tellsOfImages {
      console.tell(of: train, as: .train)
      console.tell(of: test, as: .test)
    }
    var (trainFeatures, origin) = try features(of: train, called: "train")
    let isValidation = splits.validationCount > 0
    let testFeatures = try features(of: test, called: isValidation ? "validation" : "test").samples
    origin.validationCount = isValidation ? splits.validationCount : nil
    origin.testCount = testFeatures.features.rows
    return try FeatureFolder(train: trainFeatures, test: testFeatures, origin: origin)
  }

  /// Returns the features of the images of one split, with how they were made.
  func features(
    of images: any ImageDataset, called split: String
  ) throws -> (samples: LabeledFeatures, origin: FeatureDescription) {
    let loader = EvaluationLoader(
      dataset: images, imageSize: source.imageSize, batchSize: batchSize,
      broken: splits.files.brokenImages)
    var display = WorkProgress(console, split, of: images.count, "images")
    var elements: [Float] = []
    var labels: [Int?] = []
    var names: [String] = []
    for index in 0..<loader.batchCount {
      let batch = try loader.batch(index)
      if !batch.skipped.isEmpty { display.keep() }
      skipped.tell(batch.skipped)
      if batch.samples.isEmpty { continue }
      let pixels = source.normalization?(batch.images) ?? batch.images
      let features = source.encoder?(pixels) ?? pixels
      if elements.isEmpty {
        elements.reserveCapacity(features.count / batch.samples.count * images.count)
      }
      let values = features.scalars
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        let sample = batch.samples[bad / (values.count / batch.samples.count)]
        throw BrokenEncoder(
          encoder: source.description(of: splits.dataset).encoder,
          image: images.fileName(at: sample) ?? "\(split) image \(sample)")
      }
      elements += values
      labels += batch.labels
      names += batch.samples.compactMap { images.fileName(at: $0) }
      display.show(labels.count)
    }
    display.erase()
    guard !labels.isEmpty else {
      throw DatasetError.allBroken(
        path: (images as? ImageFolder)?.folder ?? splits.path, count: images.count)
    }
    let columns = elements.count / labels.count
    var origin = source.description(of: splits.dataset)
    origin.featureDimension = columns
    origin.trainCount = labels.count
    origin.classNames = images.classNames
    origin.maxImageMegapixels = splits.files.maxMegapixels
    origin.decoding = splits.files.decoding.flatMap { $0 == .full ? nil : $0.rawValue }
    let samples = LabeledFeatures(
      features: Features(rows: labels.count, columns: columns, elements: elements),
      labels: try LabeledFeatures.uniform(labels), files: names.count == labels.count ? names : nil)
    return (samples, origin)
  }
}
