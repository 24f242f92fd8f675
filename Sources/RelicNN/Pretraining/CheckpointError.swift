/// A reason a checkpoint does not continue a run.
public enum CheckpointError: Error, Equatable, Sendable {
  case notACheckpoint(missing: String)
  case doesNotFit(StateDictMismatch)
  /// Something that no run could have written.
  case invalid(reason: String)
}

extension CheckpointError: CustomStringConvertible {
  /// The reason in one line.
  public var description: String {
    switch self {
    case .notACheckpoint(let missing):
      "not a checkpoint of a run: it lacks \(missing); give the folder of a run"
    case .doesNotFit(let mismatch):
      "the checkpoint belongs to another configuration: \(mismatch)"
    case .invalid(let reason): "the checkpoint is damaged: \(reason)"
    }
  }
}
