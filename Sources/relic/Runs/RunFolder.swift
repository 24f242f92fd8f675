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

  /// The features that `relic extract` writes unless it is told where.
  var featuresPath: String { path + "/features" }

  /// Whether the path is that of a folder.
  var isFolder: Bool {
    var isDirectory: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }

  /// Whether a run has begun here.
  var holdsRun: Bool { FileManager.default.fileExists(atPath: configurationPath) }

  /// Whether the run can be resumed.
  var holdsCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpointPath) }

  /// Makes the folder where it is missing.
  func create() throws(FileError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: path, reason: "the folder cannot be made")
    }
  }

  /// Forgets the run that was here, and the features of its encoder.
  func clear() {
    for file in files { try? FileManager.default.removeItem(atPath: file) }
    FeatureFolder.remove(from: featuresPath)
  }

  /// Records the options that decide the run.
  func write(_ command: PretrainCommand) throws(FileError) {
    let options = PretrainCommand.configurationOptions.flatMap(\.options)
    try AtomicFile.write(
      ConfigurationFile.text(options, of: command).utf8, to: configurationPath)
  }

  /// Records scores as one JSON object, the first one's keys with the others beneath.
  func write(_ scores: [ProbeScore]) throws(FileError) {
    try AtomicFile.write(ProbeScore.json(scores).utf8, to: evaluationPath)
  }

  /// Returns the recorded options.
  func command() throws -> PretrainCommand {
    guard holdsRun else { throw RunError.noRun(path: path) }
    var command = PretrainCommand()
    let options = PretrainCommand.configurationOptions.flatMap(\.options)
    try ConfigurationFile(path: configurationPath).apply(options, to: &command)
    command.configuration.imageSize = command.imageSize ?? command.configuration.imageSize
    return command
  }
}

/// A reason a run folder cannot be used.
enum RunError: Error, Equatable {
  case noRun(path: String)
  case holdsRun(path: String)
  case holdsFile(path: String)
  case changed(option: String, recorded: String, typed: String, path: String)
  case noCheckpoint(path: String)
  case unusableCheckpoint(path: String, CheckpointError)
  case doesNotFit(path: String, model: String, stem: String, mismatch: StateDictMismatch)
}

extension RunError: CustomStringConvertible {
  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .noRun(let path):
      "\(path): holds no run; name the folder that 'relic pretrain --save-model-dir' wrote"
    case .holdsRun(let path):
      "\(path): already holds a run; go on with '--resume \(path)', name another "
        + "--save-model-dir, or replace it with --overwrite"
    case .holdsFile(let path):
      "\(path): is there already, and a run would replace it; move it, name another "
        + "--save-model-dir, or replace it with --overwrite"
    case .changed(let option, let recorded, let typed, let path):
      "a resumed run keeps its options, but '\(option)' is \(recorded) in \(path) and \(typed) "
        + "here; leave it out, or start a new run"
    case .noCheckpoint(let path):
      "\(path): has no checkpoint yet; start again with '--config \(path)/config.json --overwrite'"
    case .unusableCheckpoint(let path, let error): "\(path): \(error)"
    case .doesNotFit(let path, let model, let stem, let mismatch):
      "\(path): does not fit '-m \(model) --stem \(stem)': \(mismatch)"
    }
  }
}
