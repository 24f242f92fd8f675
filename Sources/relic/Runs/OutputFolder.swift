internal import Foundation
internal import RelicNN

/// A folder that a command is to write results into.
enum OutputFolder {
  /// Refuses a file, and a folder that holds a run or a data set: results in it would be taken for
  /// theirs.
  static func check(_ path: String, option: String) throws(UsageError) {
    let remedy = "name another folder by \(option)"
    if FileManager.default.fileExists(atPath: path), !RunFolder(path: path).isFolder {
      throw .conflict("'\(path)' is no folder", remedy: remedy)
    }
    if RunFolder(path: path).holdsRun {
      throw .conflict("'\(path)' holds a run", remedy: remedy)
    }
    guard let found = DatasetName(foundIn: path) else { return }
    if found != .folder || (try? ImageFolder(folder: path)) != nil {
      throw .conflict("'\(path)' holds images", remedy: remedy)
    }
  }
}
