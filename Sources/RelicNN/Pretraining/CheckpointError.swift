/// A reason a checkpoint does not continue a run.
public enum CheckpointError: Error, Equatable, Sendable {
  case notACheckpoint(missing: String)
  case doesNotFit(StateDictMismatch)
  /// Which images are there, and how they differ from those that the run began with.
  case changedImages(difference: String)
  case changedEpoch(steps: Int, before: Int)
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
    case .changedImages(let difference):
      "the images are not those that the run began with: \(difference)"
    case .changedEpoch(let steps, let before):
      "an epoch of the images has \(steps) \(steps == 1 ? "step" : "steps"), not \(before) as when the "
        + "run began"
    case .invalid(let reason): "the checkpoint is damaged: \(reason)"
    }
  }
}
