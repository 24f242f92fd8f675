internal import Foundation
internal import LinearProbe
internal import RelicNN

/// The images of a run's data set and their features by its frozen encoder.
struct EncodedImages {
  /// How images are found and read.
  struct Settings {
    /// Where the data set lies, if not where the run had it.
    var datasetPath: String?
    var batchSize = 256
    /// What is done about those that cannot be read, or `nil` for what the run does.
    var brokenImages: BrokenImages?
  }

  /// Images with their features, and how they are called.
  struct Split {
    let features: LabeledFeatures
    let images: ImageRows
    let name: String
  }

  let train: Split
  /// The images to score by, or `nil` if the data set is not cut into parts.
  let test: Split?
  let origin: FeatureDescription?
  /// What tells the data set from those of other runs.
  let dataset: DatasetSplits

  /// Those that a map shows: images that the encoder was not trained on, where there are any.
  var shown: Split { test ?? train }

  /// A data set and an encoder that are there.
  struct Opened {
    fileprivate let splits: DatasetSplits
    fileprivate let train: any ImageDataset
    fileprivate let test: (any ImageDataset)?
    fileprivate let source: FeatureSource
  }

  /// Opens what a run's features are made of.
  ///
  /// - Throws: What is not there, before anything is read that takes time.
  static func open(_ run: ReportedRun, _ settings: Settings) throws -> Opened {
    let splits = try splits(of: run, settings)
    let hasTest =
      run.options.datasetName != .folder || splits.validationCount > 0
      || ImageFolder.hasTestSplit(splits.path)
    return Opened(
      splits: splits, train: try splits.train(), test: hasTest ? try splits.test() : nil,
      source: try FeatureSource(run.folder, .target, in: .float32))
  }

  /// Returns where the images of a run are.
  static func splits(of run: ReportedRun, _ settings: Settings) throws -> DatasetSplits {
    let configuration = run.configuration
    return DatasetSplits(
      dataset: configuration.dataset, path: settings.datasetPath ?? configuration.datasetPath,
      validationCount: configuration.validationCount,
      files: try DatasetFiles(brokenImages: settings.brokenImages).completed(
        by: run.folder, isPathTyped: settings.datasetPath != nil))
  }

  /// Takes the features that lie in the run's folder, or else extracts them.
  init(
    _ opened: Opened, of run: ReportedRun, _ settings: Settings, skipped: SkippedImages,
    _ console: Console
  ) throws {
    dataset = opened.splits
    let testName = opened.splits.validationCount > 0 ? "held-out" : "test"
    if let test = opened.test, let stored = Self.stored(run, opened, of: [opened.train, test]) {
      train = Split(
        features: stored.train, images: ImageRows(of: stored.train, in: opened.train),
        name: "training"
      )
      self.test = Split(
        features: stored.test, images: ImageRows(of: stored.test, in: test), name: testName)
      origin = stored.origin
      return
    }
    let extraction = FeatureExtraction(
      source: opened.source, splits: opened.splits, batchSize: settings.batchSize,
      skipped: skipped, console: console)
    guard let test = opened.test else {
      let (samples, origin) = try extraction.features(of: opened.train, called: "train")
      train = Split(
        features: samples, images: ImageRows(of: samples, in: opened.train), name: "training")
      self.test = nil
      self.origin = origin
      return
    }
    let folder = try extraction.features()
    train = Split(
      features: folder.train, images: ImageRows(of: folder.train, in: opened.train),
      name: "training")
    self.test = Split(
      features: folder.test, images: ImageRows(of: folder.test, in: test), name: testName)
    origin = folder.origin
  }

  /// Features in the run's folder that its encoder would give again of the same images.
  private static func stored(
    _ run: ReportedRun, _ opened: Opened, of sets: [any ImageDataset]
  ) -> FeatureFolder? {
    let path = run.folder.featuresPath
    guard FileDates.isNewer(path + "/features.json", than: run.folder.encoderPath),
      let folder = try? FeatureFolder(contentsOf: path), let origin = folder.origin
    else { return nil }
    let count = opened.splits.validationCount
    guard origin.dataset == opened.splits.dataset, origin.pixelMean == nil,
      origin.imageSize == run.configuration.featureImageSize, origin.network == .target,
      origin.difference(from: opened.source.description(of: opened.splits.dataset)) == nil,
      origin.precision == nil,
      origin.validationCount == (count > 0 ? count : nil),
      folder.train.features.firstNonFinite == nil, folder.test.features.firstNonFinite == nil,
      origin.imageDigest == FeatureExtraction.digest(of: sets)
    else { return nil }
    return folder
  }
}

/// Which of two files was written last.
enum FileDates {
  /// Whether the file at `path` is there and no older than the other.
  static func isNewer(_ path: String, than other: String) -> Bool {
    guard let own = date(path) else { return false }
    return date(other).map { $0 <= own } ?? true
  }

  private static func date(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }
}
