internal import Foundation

/// A run's checkpoint on the disk, with a checksum, and the one that was written before it.
public struct CheckpointFile: Sendable {
  private static let note = "checksum"

  /// The newest checkpoint.
  public let path: String

  /// Names the file of a run's checkpoint, which need not be there.
  public init(path: String) { self.path = path }

  /// The checkpoint before the newest.
  public var previousPath: String {
    let name = path as NSString
    let ending = name.pathExtension
    return name.deletingPathExtension + ".previous" + (ending.isEmpty ? "" : ".\(ending)")
  }

  /// Writes a checkpoint; the one that was there becomes the previous one.
  ///
  /// At every moment the newest one is whole under its name.
  public func write(_ checkpoint: StateDict) throws {
    var dict = checkpoint
    dict.metadata[Self.note] = checkpoint.checksum(without: Self.note)
    // A second name for the same file: on a file system without such names there is no previous one.
    // It is named as an unfinished file, so that a lock on the folder removes what a kill has left.
    let second = "\(previousPath).\(getpid())-0.partial"
    if unsafe link(path, second) == 0 {
      unsafe rename(second, previousPath)
      // Still there if it could not be renamed, or if both were names of one file already, as after
      // a kill between these two renames.
      unsafe unlink(second)
    }
    try Safetensors.write(dict, to: path)
  }

  /// Gives up the newest checkpoint, which cannot be read: the previous one takes its place, and
  /// nothing that is written later can put the other in the place of that.
  public func fallBack() throws(FileError) {
    guard unsafe rename(previousPath, path) == 0 else {
      throw .cannotWrite(path: path, reason: systemReason())
    }
  }

  /// Returns the checkpoint at `path`, the newest or the previous one.
  ///
  /// - Throws: `FileError` or ``WeightFileError``, of a flipped bit, too. A file without a
  ///   checksum, as earlier versions wrote it, is taken as it is.
  public static func read(_ path: String) throws -> StateDict {
    var dict = try Safetensors.read(path)
    guard let recorded = dict.metadata[note] else { return dict }
    guard recorded == dict.checksum(without: note) else {
      throw WeightFileError.damaged(path: path, reason: "its checksum does not fit its content")
    }
    dict.metadata[note] = nil
    return dict
  }
}
