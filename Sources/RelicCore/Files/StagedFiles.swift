internal import Foundation

/// Files that belong together and appear under their names when all of them are complete.
///
/// Each goes to a temporary file beside its place and is flushed to the disk; ``commit(removing:)``
/// renames them. What is not committed leaves nothing behind.
package struct StagedFiles: ~Copyable {
  private var files: [(file: AtomicFile, path: String)] = []

  package init() {}

  /// Begins files of a folder, which is made where it is missing.
  package init(in folder: String) throws(FileError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: folder, reason: "the folder cannot be made")
    }
  }

  /// Writes one file's content, `parts` one after the other.
  package mutating func add(_ parts: [[UInt8]], as path: String) throws(FileError) {
    let file = try AtomicFile(path: path)
    for part in parts { try file.write(part) }
    try add(file, as: path)
  }

  /// Adds a file whose content was written to it.
  package mutating func add(_ file: AtomicFile, as path: String) throws(FileError) {
    try file.finish()
    files.append((file, path))
  }

  /// Gives all files their names, in the order they were added.
  ///
  /// - Parameter old: Files of an earlier content, which go first: a process that is killed leaves none
  ///   of them beside those that have come.
  /// - Throws: A file that cannot be put in its place; those before it are in theirs.
  package func commit(removing old: [String] = []) throws(FileError) {
    for path in old {
      let isWritten = files.contains { $0.path == path }
      // A link stays where what it leads to is written anew.
      unsafe unlink(isWritten ? URL(filePath: path).resolvingSymlinksInPath().path : path)
    }
    for (file, _) in files { try file.commit() }
  }
}
