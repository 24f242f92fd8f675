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
  /// The ranks that share the batches; the first one alone has the features.
  var ranks: any Communicator = OneRank()

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
    let testFeatures = try features(of: test, called: testName).samples
    describe(testFeatures.features.rows, of: [train, test], in: &origin)
    return try FeatureFolder(train: trainFeatures, test: testFeatures, origin: origin)
  }

  /// Writes the features of the train and test splits to a folder, batch by batch, with how they
  /// were made.
  func writeFeatures(
    to folder: String
  ) throws -> (train: FeatureWriter, test: FeatureWriter) {
    let train = try splits.train()
    let test = try splits.test()
    try compareRanks([train, test])
    console.tell(of: train, as: .train)
    console.tell(of: test, as: .test)
    let trainFiles = FeatureWriter(.train, in: folder, expectedRows: train.count)
    let testFiles = FeatureWriter(.test, in: folder, expectedRows: test.count)
    var origin = try write(train, called: "train", by: trainFiles)
    _ = try write(test, called: testName, by: testFiles)
    guard trainFiles.columns == testFiles.columns else {
      throw FeatureError.widthMismatch(train: trainFiles.columns, test: testFiles.columns)
    }
    describe(testFiles.rows, of: [train, test], in: &origin)
    if ranks.rank == 0 {
      try FeatureFolder.commit([trainFiles, testFiles], origin: origin, to: folder)
    }
    return (trainFiles, testFiles)
  }

  /// Writes the features of images that are not cut into train and test images.
  func writeFeatures(of images: any ImageDataset, to folder: String) throws -> FeatureWriter {
    try compareRanks([images])
    console.tell(of: images, as: .train)
    let files = FeatureWriter(.train, in: folder, expectedRows: images.count)
    var origin = try write(images, called: "train", by: files)
    origin.imageDigest = Self.digest(of: [images])
    if ranks.rank == 0 { try FeatureFolder.commit([files], origin: origin, to: folder) }
    return files
  }

  private func write(
    _ images: any ImageDataset, called name: String, by writer: FeatureWriter
  ) throws -> FeatureDescription {
    try extract(images, called: name) { batch in
      guard ranks.rank == 0 else { return }
      try writer.append(batch.features, labels: batch.labels, files: batch.names)
    }
  }

  /// What the images to test on are called.
  private var testName: String { splits.validationCount > 0 ? "validation" : "test" }

  private func describe(
    _ testCount: Int, of sets: [any ImageDataset], in origin: inout FeatureDescription
  ) {
    origin.validationCount = splits.validationCount > 0 ? splits.validationCount : nil
    origin.testCount = testCount
    origin.imageDigest = Self.digest(of: sets)
  }

  /// Returns what tells the images of some sets from others without reading them; broken ones, too.
  static func digest(of sets: [any ImageDataset]) -> String {
    var digest = MD5()
    for images in sets {
      let own = images.fingerprint
      digest.update(Array("\(own.count) \(own.names) \(own.sizes ?? "-")\n".utf8))
    }
    return digest.hexadecimal()
  }

  /// Returns the features of the images of one split, with how they were made.
  func features(
    of images: any ImageDataset, called split: String
  ) throws -> (samples: LabeledFeatures, origin: FeatureDescription) {
    var elements: [Float] = []
    var labels: [Int?] = []
    var names: [String] = []
    let origin = try extract(images, called: split) { batch in
      if elements.isEmpty {
        elements.reserveCapacity(batch.features.count / batch.labels.count * images.count)
      }
      elements += batch.features
      labels += batch.labels
      names += batch.names
    }
    let samples = LabeledFeatures(
      features: Features(
        rows: labels.count, columns: elements.count / labels.count, elements: elements),
      labels: try LabeledFeatures.uniform(labels), files: names.count == labels.count ? names : nil)
    return (samples, origin)
  }

  /// Calls `body` with the features of batches of images that follow each other.
  ///
  /// - Returns: How the features were made.
  private func extract(
    _ images: any ImageDataset, called split: String, _ body: (FeatureBatch) throws -> Void
  ) throws -> FeatureDescription {
    let loader = EvaluationLoader(
      dataset: images, imageSize: source.imageSize, batchSize: batchSize,
      broken: splits.files.brokenImages ?? .refuse)
    var display = WorkProgress(console, split, of: images.count, "images")
    var (count, columns) = (0, 0)
    for first in stride(from: 0, to: loader.batchCount, by: ranks.size) {
      let (batches, broken) = try FeatureBatch.gathered(
        Result { try batch(first + ranks.rank, of: loader, called: split) }, ranks,
        skips: splits.files.brokenImages == .skip)
      if !broken.isEmpty { display.keep() }
      skipped.tell(broken)
      for batch in batches where !batch.labels.isEmpty {
        try body(batch)
        count += batch.labels.count
        columns = batch.features.count / batch.labels.count
      }
      display.show(count)
    }
    display.erase()
    guard count > 0 else {
      throw DatasetError.allBroken(
        path: (images as? ImageFolder)?.folder ?? splits.path, count: images.count)
    }
    var origin = source.description(of: splits.dataset)
    origin.featureDimension = columns
    origin.trainCount = count
    origin.classNames = images.classNames
    origin.maxImageMegapixels = splits.files.maxMegapixels
    origin.decoding = splits.files.decoding.flatMap { $0 == .full ? nil : $0.rawValue }
    return origin
  }

  /// Returns the features of a batch, of which there is none behind the last, and the images that
  /// were passed over.
  private func batch(
    _ index: Int, of loader: EvaluationLoader, called split: String
  ) throws -> (FeatureBatch, skipped: [UnreadableImage]) {
    guard index < loader.batchCount else { return (FeatureBatch(), []) }
    let images = loader.dataset
    let batch = try loader.batch(index)
    if batch.samples.isEmpty { return (FeatureBatch(), batch.skipped) }
    let pixels = source.normalization?(batch.images) ?? batch.images
    let features = source.encoder?(pixels) ?? pixels
    let values = features.scalars
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      let sample = batch.samples[bad / (values.count / batch.samples.count)]
      throw BrokenEncoder(
        encoder: source.description(of: splits.dataset).encoder,
        image: images.fileName(at: sample) ?? "\(split) image \(sample)")
    }
    let found = FeatureBatch(
      features: values, labels: batch.labels,
      names: batch.samples.compactMap { images.fileName(at: $0) })
    return (found, batch.skipped)
  }
}
