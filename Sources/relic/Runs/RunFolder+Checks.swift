internal import Foundation
internal import RelicNN

extension RunFolder {
  /// Refuses a run where a file of weights is wanted.
  static func checkIsNoRun(_ path: String, given name: String) throws(UsageError) {
    guard RunFolder(path: path).holdsRun else { return }
    throw .conflict(
      "\(name) is \(path), which holds a run",
      remedy: "give its encoder.safetensors or checkpoint.safetensors")
  }

  /// Refuses a run or a file where a folder of images is wanted.
  static func checkMayHoldImages(_ path: String) throws(UsageError) {
    if RunFolder(path: path).holdsRun {
      throw .conflict(
        "'\(path)' holds a run, not images",
        remedy: "go on with it by 'relic pretrain --resume \(path.shellWord)'")
    }
    if !RunFolder(path: path).isFolder, FileManager.default.fileExists(atPath: path) {
      throw .conflict("'\(path)' is a file", remedy: "name the folder that the images lie in")
    }
  }
}
