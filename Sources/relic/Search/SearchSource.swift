internal import LinearProbe
internal import RelicNN

/// Where samples come from: features on disk, or images and the encoder that makes features of them.
struct SearchSource {
  /// The run whose encoder is used, if one was named.
  let encoder: RunFolder?
  /// Where the images of features lie, if not where their run had them.
  let datasetPath: String?
  let batchSize: Int
  let files: DatasetFiles
  let skipped: SkippedImages
  let console: Console
  /// Whether samples need their images.
  let needsImages: Bool

  /// Whether a path is that of features that need no encoder.
  static func holdsFeatures(_ path: String) -> Bool {
    RunFolder(path: path).isFolder
      ? FeatureFolder.hasSamples(in: path) : path.hasSuffix(".npy")
  }

  /// Reads features, or makes them of images.
  ///
  /// - Parameters:
  ///   - path: A folder of features, a `.npy` file, or images.
  ///   - split: Which samples; those to train on, where there are some, if `nil`.
  ///   - origin: How the features were made that they are compared with.
  /// - Returns: The samples.
  /// - Throws: What cannot be read, or is something else.
  func samples(
    _ path: String, _ split: FeatureFolder.Split?, like origin: FeatureDescription?
  ) throws -> SearchSamples {
    let folder = RunFolder(path: path)
    guard folder.isFolder else {
      if split != nil {
        throw UsageError.conflict(
          "a split is named, and '\(path)' is a file", remedy: "leave out --among and --of")
      }
      let samples = LabeledFeatures(features: try Features(contentsOf: path), labels: nil)
      return try withImages(SearchSamples(path: path, samples: samples), .train)
    }
    if folder.holdsRun {
      throw UsageError.conflict(
        "'\(path)' holds a run",
        remedy: FeatureFolder.hasSamples(in: folder.featuresPath)
          ? "name its features, \(folder.featuresPath)"
          : "write its features with 'relic extract \(path.shellWord)', or name images and '--encoder "
            + "\(path.shellWord)'"
      )
    }
    if FeatureFolder.hasSamples(in: path) {
      let split = split ?? (FeatureFolder.has(.train, in: path) ? .train : .test)
      let samples = try FeatureFolder.samples(of: split, in: path)
      return try withImages(
        SearchSamples(
          path: path, samples: samples, split: split, origin: FeatureFolder.origin(in: path)),
        split)
    }
    let dataset = DatasetName(foundIn: path) ?? .folder
    let splits = DatasetSplits(
      dataset: dataset.rawValue, path: path, files: try files(like: origin))
    let images = try split == .test ? splits.test() : splits.train()
    var found = try samples(of: images, splits, path, like: origin)
    found.split = split ?? .train
    return found
  }

  /// Makes features of images that were named one by one.
  func samples(
    ofFiles paths: [String], like origin: FeatureDescription?
  ) throws -> SearchSamples {
    let files = try files(like: origin)
    let limit = files.maxMegapixels.map { 1_000_000 * $0 }
    let path = paths.count == 1 ? paths[0] : "the images"
    let splits = DatasetSplits(dataset: DatasetName.folder.rawValue, path: path, files: files)
    return try samples(
      of: ImageFiles(paths, pixelLimit: limit, decoding: files.decoding ?? .full), splits, path,
      like: origin)
  }

  /// How image files are read, as they were for the features they are compared with.
  private func files(like origin: FeatureDescription?) throws -> DatasetFiles {
    var files = files
    files.decoding = origin?.imageDecoding
    return try files.completed(by: encoder ?? origin?.run, isPathTyped: true)
  }

  private func samples(
    of images: any ImageDataset, _ splits: DatasetSplits, _ path: String,
    like origin: FeatureDescription?
  ) throws -> SearchSamples {
    guard let run = encoder ?? origin?.run else {
      throw UsageError.conflict(
        "'\(path)' holds no features",
        remedy: "of images, name the run whose encoder makes them by --encoder")
    }
    let extraction = FeatureExtraction(
      source: try FeatureSource(run, as: origin), splits: splits, batchSize: batchSize,
      skipped: skipped, console: console)
    let (samples, made) = try extraction.features(of: images, called: "images")
    return SearchSamples(
      path: path, samples: samples, origin: made, images: ImageRows(of: samples, in: images))
  }

  /// Finds the images of features, where they are wanted.
  private func withImages(
    _ found: SearchSamples, _ split: FeatureFolder.Split
  ) throws -> SearchSamples {
    guard needsImages else { return found }
    var found = found
    let images: any ImageDataset
    do {
      let splits = try splits(of: found)
      images = try split == .test ? splits.test() : splits.train()
    } catch let error as SearchError {
      throw error
    } catch {
      throw SearchError.noImages(path: found.path, reason: "\(error)")
    }
    let rows = ImageRows(of: found.samples, in: images)
    guard rows.areKnown || found.count == 0 else {
      throw SearchError.noImages(
        path: found.path,
        reason: found.samples.files == nil
          ? "there are \(images.count.counted("image")) for \(found.count.counted("row"))"
          : "none of its files is among the \(images.count.counted("image"))")
    }
    found.images = rows
    return found
  }

  private func splits(of found: SearchSamples) throws -> DatasetSplits {
    let run = encoder ?? found.origin?.run
    guard let path = try datasetPath ?? run?.options().configuration.datasetPath else {
      throw SearchError.noImages(
        path: found.path, reason: "nothing tells of the folder that the features were made of")
    }
    let dataset = found.origin?.dataset ?? (DatasetName(foundIn: path) ?? .folder).rawValue
    return DatasetSplits(
      dataset: dataset, path: path, validationCount: found.origin?.validationCount ?? 0,
      files: try files.completed(by: run, isPathTyped: datasetPath != nil))
  }
}
