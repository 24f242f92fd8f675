internal import Foundation
internal import LinearProbe
internal import RelicNN

/// The folder of one pretraining run.
struct RunFolder {
  let path: String

  /// The options that decided the run.
  var configurationPath: String { path + "/config.json" }

  /// One JSON object per step.
  var metricsPath: String { path + "/metrics.jsonl" }

  /// The target encoder under torchvision's names.
  var encoderPath: String { path + "/encoder.safetensors" }

  /// Everything that a resumed run needs.
  var checkpointPath: String { path + "/checkpoint.safetensors" }

  /// The file of that, and the one before it.
  var checkpoint: CheckpointFile { CheckpointFile(path: checkpointPath) }

  /// The score of the last `relic evaluate`.
  var evaluationPath: String { path + "/evaluation.json" }

  /// All that a run and its evaluation write, but features and TensorBoard's events.
  private var files: [String] {
    [
      configurationPath, metricsPath, encoderPath, checkpointPath, checkpoint.previousPath,
      evaluationPath,
    ]
  }

  /// TensorBoard's event files.
  private var eventPaths: [String] { EventFile.names(in: path).map { path + "/" + $0 } }

  /// The folders of features, of the encoder and of controls, that are there.
  private var featureFolders: [String] {
    FeatureKind.allCases.map { featuresPath + $0.rawValue }
      .filter { FileManager.default.fileExists(atPath: FeatureFolder.descriptionPath(in: $0)) }
  }

  /// Whether a path leads to a file of the run, which goes when another takes its place.
  func replaces(_ path: String) -> Bool {
    let place = URL(filePath: path).resolvingSymlinksInPath().path
    return files.contains { URL(filePath: $0).resolvingSymlinksInPath().path == place }
  }

  /// The first file that a run which begins here would replace or make void.
  var firstFile: String? {
    files.first(where: FileManager.default.fileExists) ?? eventPaths.first
      ?? featureFolders.first.map(FeatureFolder.descriptionPath)
  }

  /// The bytes of these files that are there.
  var size: Int { files.compactMap { ByteFile.size(of: $0) }.reduce(0, +) }

  /// The features that `relic extract` writes unless it is told where.
  var featuresPath: String { path + "/features" }

  /// What features are of; the raw value follows their folder's name.
  enum FeatureKind: String, CaseIterable {
    case target = ""
    case online = "-online"
    case untrained = "-random-init"
    case pixels = "-raw-pixels"
  }

  /// Whether the path is that of a folder.
  var isFolder: Bool { FolderIdentity(path) != nil }

  /// Whether a run has begun here.
  var holdsRun: Bool { FileManager.default.fileExists(atPath: configurationPath) }

  /// Whether the newest checkpoint is there.
  var holdsCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpointPath) }

  /// Whether the run can be resumed, be it from the checkpoint before the newest.
  var canResume: Bool {
    holdsCheckpoint || FileManager.default.fileExists(atPath: checkpoint.previousPath)
  }

  /// Whether the encoder has been saved, so that it can be scored.
  var holdsEncoder: Bool { FileManager.default.fileExists(atPath: encoderPath) }

  /// Locks the folder, making it where it is missing, for a run that is begun or resumed.
  func lock() throws(FileError) -> FolderLock {
    let names = files.map { String($0.dropFirst(path.count + 1)) }
    // Evaluations write without the lock, for they do not stop a run.
    return try FolderLock(path, writing: names.filter { path + "/" + $0 != evaluationPath })
  }

  /// Forgets the run that was here, and the features of its encoder and of controls.
  func clear() throws(FileError) {
    for folder in featureFolders {
      let lock = try FeatureFolder.lock(folder)
      defer { lock.release() }
      FeatureFolder.remove(from: folder)
    }
    for file in files + eventPaths { try? FileManager.default.removeItem(atPath: file) }
  }

  /// Records the options that decide the run.
  func write(_ options: RunOptions) throws(FileError) {
    try AtomicFile.write(
      ConfigurationFile.text(RunOptions.all, of: options).utf8, to: configurationPath)
  }

  /// Records scores as one JSON object, the first one's keys with the others beneath.
  func write(_ scores: [ProbeScore]) throws(FileError) {
    try AtomicFile.write(ProbeScore.json(scores).utf8, to: evaluationPath)
  }

  /// Returns the recorded options.
  func options() throws -> RunOptions {
    guard holdsRun else { throw RunError.noRun(path: path) }
    var options = RunOptions()
    do throws(UsageError) {
      let recorded = try ConfigurationFile(path: configurationPath)
        .apply(RunOptions.all, to: &options)
      options.takeScale(given: Set(recorded.keys))
      // The default is a large set, and would be fetched.
      guard options.namesDataset else {
        throw .unreadableConfiguration(
          file: configurationPath, reason: "has no 'dataset_name', the images it was trained on")
      }
    } catch {
      throw RunError.unusableOptions(error)
    }
    options.takeImageSize()
    return options
  }
}
