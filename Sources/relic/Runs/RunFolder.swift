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

  /// All that a run and its evaluation write, but features.
  private var files: [String] {
    [
      configurationPath, metricsPath, encoderPath, checkpointPath, checkpoint.previousPath,
      evaluationPath,
    ]
  }

  /// The first of these files that is there.
  var firstFile: String? { files.first(where: FileManager.default.fileExists) }

  /// The bytes of these files that are there.
  var size: Int { files.compactMap { ByteFile.size(of: $0) }.reduce(0, +) }

  /// The features that `relic extract` writes unless it is told where.
  var featuresPath: String { path + "/features" }

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

  /// Forgets the run that was here, and the features of its encoder.
  func clear() throws(FileError) {
    if FileManager.default.fileExists(atPath: featuresPath) {
      let lock = try FeatureFolder.lock(featuresPath)
      defer { lock.release() }
      FeatureFolder.remove(from: featuresPath)
    }
    for file in files + EventFile.names(in: path).map({ path + "/" + $0 }) {
      try? FileManager.default.removeItem(atPath: file)
    }
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
    try ConfigurationFile(path: configurationPath).apply(RunOptions.all, to: &options)
    // The default is a large set, and would be fetched.
    guard options.namesDataset else {
      throw UsageError.unreadableConfiguration(
        file: configurationPath, reason: "it has no 'dataset_name'; add the one it was trained on")
    }
    options.configuration.imageSize = options.imageSize ?? options.configuration.imageSize
    return options
  }
}
