internal import RelicNN

/// Where the files of a data set come from, and what is done about those that cannot be read.
struct DatasetFiles: Equatable {
  /// The address of a folder on a server that holds the published archives.
  var mirror: String?
  /// What to do about an image that cannot be read, or `nil` for what a run does, or to stop at it.
  var brokenImages: BrokenImages?
  /// The most millions of pixels that an image may have, or `nil` for Pillow's limit.
  var maxMegapixels: Int?
  /// How JPEG files are decoded, or `nil` for a run's way or in full.
  var decoding: ImageDecoding?
  /// The folder that decoded images are kept in, or `nil` for none.
  var cachePath: String?
  /// The most gigabytes that they may take there.
  var cacheGigabytes = 10
  /// Where decoded images are kept, once it is open.
  private(set) var cache: ImageCache?
  /// Where the folder stands, if a configuration file gave it.
  var recordedPath: RecordedPath?

  /// Returns what holds for the data set of a run: what was typed, else what the run has recorded.
  func completed(by run: RunFolder?, isPathTyped: Bool) throws -> DatasetFiles {
    guard let run else { return self }
    let options = try run.options()
    var files = self
    files.brokenImages = brokenImages ?? options.brokenImages
    files.maxMegapixels = maxMegapixels ?? options.maxMegapixels
    files.decoding = decoding ?? options.decoding
    files.recordedPath =
      isPathTyped
      ? nil : RecordedPath(path: options.configuration.datasetPath, file: run.configurationPath)
    return files
  }

  /// Returns the same with the cache of decoded images open, if one was asked for.
  func withCache(_ console: Console) throws(FileError) -> DatasetFiles {
    guard let cachePath, cache == nil else { return self }
    var files = self
    files.cache = try ImageCache(cachePath, limit: 1_000_000_000 * cacheGigabytes) { fact in
      if console.isTerminal, !console.isQuiet { console.writeError("\n") }
      console.writeError("note: \(fact)\n")
    }
    return files
  }

  /// Opens a split of the data set of this name that lies in `folder`.
  func open(
    _ dataset: String, in folder: String, _ split: DatasetSplit
  ) throws -> any ImageDataset {
    do {
      return try openDataset(
        name: dataset, path: folder, split: split,
        pixelLimit: maxMegapixels.map { 1_000_000 * $0 }, decoding: decoding ?? .full, cache: cache)
    } catch {
      throw recordedPath?.explained(error) ?? error
    }
  }

  /// Downloads a published data set of which nothing lies in `folder`, as torchvision does.
  ///
  /// Says on standard error what is fetched, how large it is and where it goes. Data sets that are
  /// not published as one archive, and folders that are there, are left to whoever opens them.
  func fetchIfMissing(
    _ dataset: DatasetName, in folder: String, _ console: Console
  ) throws {
    guard let archive = dataset.archive else { return }
    // What lies there in another layout is named before anything is fetched beside it.
    do throws(DatasetError) {
      _ = try openDataset(name: dataset.rawValue, path: folder, split: .test)
    } catch .pythonLayout(let path) {
      throw DatasetError.pythonLayout(path: path)
    } catch {}
    do throws(FirstUseError) {
      try fetchIfMissing(archive, called: dataset.rawValue, in: folder, console)
    } catch {
      throw recordedPath?.explained(error) ?? error
    }
  }

  func fetchIfMissing(
    _ archive: DatasetArchive, called name: String, in folder: String, _ console: Console
  ) throws(FirstUseError) {
    if archive.isBegun(in: folder) { return }
    console.writeError(
      "\(name) is not in \(folder): fetching \(archive.address(mirror: mirror)) "
        + "(\((Double(archive.size) / 1e6).fixed(0)) MB) to \(folder)\n")
    let progress = DownloadProgress(console.forProgress, name: name)
    defer { progress.erase() }
    do throws(DownloadError) {
      _ = try archive.obtain(
        in: folder, mirror: mirror, progress: { progress.show(received: $0, total: $1) })
    } catch {
      throw FirstUseError(dataset: name, folder: folder, cause: error)
    }
  }
}

extension DatasetName {
  /// The names of the sets that can be downloaded, `a or b`.
  static var published: String {
    allCases.filter { $0.archive != nil }.map(\.rawValue).sorted().joined(separator: " or ")
  }
}

/// Why a data set that was not there could not be fetched.
struct FirstUseError: Error, Equatable, CustomStringConvertible {
  let dataset: String
  let folder: String
  let cause: DownloadError

  /// What was tried and what else there is, in one line.
  var description: String {
    "\(dataset) is not in \(folder) and was not fetched: \(cause); name its folder by "
      + "--dataset-path, another server by --mirror, or a copy of the archive by "
      + "'relic download \(dataset) --dataset-path \(folder.shellWord) --archive FILE'"
  }
}

/// A command that opens a data set.
protocol DatasetCommand: Command {
  var files: DatasetFiles { get set }
}

extension DatasetCommand {
  /// The address that a missing data set is fetched from.
  static var mirrorOption: Option<Self> {
    .value(
      "--mirror", sets: \.files.mirror, as: "URL",
      "where to fetch \(DatasetName.published) from if it is missing: a folder that holds the archive "
        + "(default: its authors')")
  }

  /// How large images may be.
  static var maxMegapixelsOption: Option<Self> {
    .value(
      ImageSizeLimit.option, sets: \.files.maxMegapixels, as: "N", from: 1,
      to: ImageSizeLimit.most, ImageSizeLimit.help)
  }

  /// How JPEG files are decoded, where a run's way does not hold.
  static var decodeOption: Option<Self> {
    .choice(
      "--decode", sets: \.files.decoding, as: "NAME",
      ImageDecoding.help + " (default: the run's, or full)")
  }

  /// Where decoded images are kept, and how many of them.
  static var cacheOptions: [Option<Self>] {
    [
      .value(
        "--cache", sets: \.files.cachePath, as: "DIR",
        "keep decoded images of files in this folder and find them again; results stay the same, and "
          + "the folder can be deleted at any time"),
      .value(
        "--cache-limit", sets: \.files.cacheGigabytes, as: "GB", from: 1, to: 1_000_000,
        "the most gigabytes that they may take there"),
    ]
  }

  /// Returns the folder of images that was typed, as an operand or by --dataset-path, if one was.
  ///
  /// - Throws: Two folders, one beside the data set that is drawn, or one that holds no images but a
  ///   run.
  func typedFolder(byOption path: String, of name: DatasetName?) throws(UsageError) -> String? {
    guard common.operands.count <= 1 else {
      throw .unexpectedOperand(common.operands[1], help: "relic \(Self.name) --help")
    }
    let operand = common.operands.first
    if let operand {
      try refuse("--dataset-path", because: "is given beside the folder '\(operand)'")
      try RunFolder.checkMayHoldImages(operand)
    }
    guard let folder = operand ?? (common.typed.contains("dataset_path") ? path : nil) else {
      return nil
    }
    guard name != .shapes else {
      throw .conflict(
        "'--dataset-name' is shapes, which the program draws, and a folder is given",
        remedy: "leave out one")
    }
    return folder
  }

  /// Refuses a limit of the cache without one.
  func refuseIdleCache() throws(UsageError) {
    guard files.cachePath == nil else { return }
    try refuse("--cache-limit", because: "is for the folder that '--cache' names")
  }

  /// Refuses options of images that go through an encoder where none do.
  func refuseIdleImages(because reason: String) throws(UsageError) {
    try refuse("--batch-size", "--broken-images", ImageSizeLimit.option, because: reason)
  }

  /// What to do about broken images.
  static var brokenImagesOption: Option<Self> {
    .choice(
      "--broken-images", sets: \.files.brokenImages, as: "NAME",
      BrokenImages.help + " (default: the run's, or refuse)")
  }
}

extension BrokenImages {
  /// What the option says of it.
  static let help =
    "what to do about an image that cannot be read: stop, or name it and go on without it"
}

extension ImageDecoding {
  /// What the option says of it.
  static let help =
    "how JPEG files are decoded: every pixel, or at the smallest scale that enlarges no view, which is "
    + "several times as fast on large photos and gives slightly other pixels"
}
