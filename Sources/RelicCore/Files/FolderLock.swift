internal import Foundation

/// A folder that one process at a time writes to.
///
/// The lock lies on the folder itself: it leaves no file, and ends with its process however that
/// ends. A class because a descriptor has one owner.
package final class FolderLock {
  private let folder: String
  private var madeFolder: Bool
  private var descriptor: Int32

  /// Locks a folder, which is made where it is missing, and tidies it.
  ///
  /// A file system that knows no locks is taken as it is.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - files: Names of the files that are written under the lock; what killed processes left of
  ///     them unfinished is removed.
  /// - Throws: ``FileError/inUse(path:)`` while another holds the lock.
  package init(_ folder: String, writing files: [String]) throws(FileError) {
    self.folder = folder
    madeFolder = !FileManager.default.fileExists(atPath: folder)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: folder, reason: "the folder cannot be made")
    }
    descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw .cannotWrite(path: folder, reason: systemReason()) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      // Another, which found the folder missing as well, may be about to write there.
      madeFolder = false
      throw .inUse(path: folder)
    }
    AtomicFile.removeAbandoned(files, in: folder)
  }

  deinit { release() }

  /// Ends the lock; a folder that was made for it and is still empty goes.
  package func release() {
    guard descriptor >= 0 else { return }
    if madeFolder { unsafe rmdir(folder) }
    close(descriptor)
    descriptor = -1
  }
}
