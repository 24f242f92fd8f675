internal import RelicNN

/// A reason a run folder cannot be used.
enum RunError: Error, Equatable {
  case noRun(path: String)
  /// The recorded options of a run cannot be used.
  case unusableOptions(UsageError)
  case holdsRun(path: String)
  case holdsFile(path: String)
  case changed(option: String, recorded: String, typed: String, path: String)
  /// There is nothing to score or to resume.
  case noCheckpoint(path: String)
  /// There is an encoder, but nothing to resume.
  case onlyEncoder(path: String)
  /// There is a checkpoint, but not the encoder beside it.
  case noEncoder(path: String)
  /// There is an encoder, but not the checkpoint that holds the online network.
  case noOnlineNetwork(path: String)
  case unusableCheckpoint(path: String, CheckpointError)
  /// The weights to start from are not where a configuration file has them.
  case missingWeights(FileError, file: String)
  case doesNotFit(path: String, model: String, stem: String, mismatch: StateDictMismatch)
}

extension RunError: CustomStringConvertible {
  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .noRun(let path):
      "\(path): holds no run; name the folder that 'relic pretrain --save-model-dir' wrote"
    case .unusableOptions(.unreadableConfiguration(let file, let reason)):
      "\(file): \(reason); put back the one that the run wrote, or name another run"
    case .unusableOptions(let error): "\(error)"
    case .holdsRun(let path):
      "\(path): already holds a run; go on with '--resume \(path.shellWord)', name another "
        + "--save-model-dir, or replace it with --overwrite"
    case .holdsFile(let path):
      "\(path): is there already, and a run would replace it; move it, name another "
        + "--save-model-dir, or replace it with --overwrite"
    case .changed(let option, let recorded, let typed, let path):
      "a resumed run keeps its options, but '\(option)' is \(recorded) in \(path) and \(typed) "
        + "here; leave it out, or start a new run"
    case .noCheckpoint(let path):
      "\(path): has no checkpoint yet; start again with '--config "
        + "\(RunFolder(path: path).configurationPath.shellWord) --save-model-dir \(path.shellWord) "
        + "--overwrite'"
    case .onlyEncoder(let path):
      "\(path): has no checkpoint to go on from, but an encoder; score it with 'relic evaluate "
        + "\(path.shellWord)', or train anew with '--config "
        + "\(RunFolder(path: path).configurationPath.shellWord)' and another --save-model-dir"
    case .noEncoder(let path):
      "\(path): has no encoder.safetensors, but a checkpoint; write it with 'relic convert "
        + "\(RunFolder(path: path).checkpointPath.shellWord) "
        + "\(RunFolder(path: path).encoderPath.shellWord) --encoder-only'"
    case .noOnlineNetwork(let path):
      "\(path): has no checkpoint, which holds the online network; leave out --network online"
    case .unusableCheckpoint(let path, let error):
      "\(path): \(error)" + (Self.remedy(for: error).map { "; " + $0 } ?? "")
    case .missingWeights(let error, let file):
      "\(error); it is the 'ckpt_path' of \(file): name the file by --ckpt-path"
    case .doesNotFit(let path, let model, let stem, let mismatch):
      "\(path): does not fit '-m \(model) --stem \(stem)': \(mismatch)"
    }
  }

  private static func remedy(for error: CheckpointError) -> String? {
    switch error {
    case .changedImages:
      "restore them, go on with them as they are by --accept-changed-images, or start a new run"
    case .changedEpoch: "restore the images, or start a new run"
    case .notACheckpoint, .doesNotFit, .invalid: nil
    }
  }
}
