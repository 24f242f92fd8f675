internal import Foundation

extension AtomicFile {
  /// Locks a temporary file for as long as its descriptor is open.
  ///
  /// A file system that knows no locks is taken as it is.
  ///
  /// - Returns: Whether the file is still there: another process may have just taken it for
  ///   abandoned.
  static func lock(_ descriptor: Int32) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return errno != EWOULDBLOCK }
    var status = stat()
    return unsafe fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// Removes the temporary files that killed processes have left beside the files of these names.
  static func removeAbandoned(_ files: [String], in folder: String) {
    let folder = folder.isEmpty ? "." : folder
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where files.contains(where: { isUnfinished(name, of: $0) }) {
      let path = "\(folder)/\(name)"
      let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
      if descriptor < 0 { continue }
      // Only the lock of a process that lives is refused.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
      close(descriptor)
    }
  }

  /// Whether `name` is a temporary file beside the file called `file`.
  private static func isUnfinished(_ name: String, of file: String) -> Bool {
    guard name.hasPrefix(file + "."), name.hasSuffix(".partial") else { return false }
    let numbers = name.dropFirst(file.count + 1).dropLast(".partial".count).split(separator: "-")
    return numbers.count == 2 && numbers.allSatisfy { $0.allSatisfy(\.isNumber) }
  }
}
