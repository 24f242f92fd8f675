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

  /// Removes the temporary files that killed processes have left beside the files of these names, or
  /// beside any if there are none.
  package static func removeAbandoned(_ files: [String]? = nil, in folder: String) {
    let folder = folder.isEmpty ? "." : folder
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let finished = nameOfFinished(name), files?.contains(finished) ?? true else { continue }
      let path = "\(folder)/\(name)"
      let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
      if descriptor < 0 { continue }
      // Only the lock of a process that lives is refused.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
      close(descriptor)
    }
  }

  /// The name of the file that a temporary one of this name would become, or `nil` if it is none.
  private static func nameOfFinished(_ name: String) -> String? {
    guard name.hasSuffix(".partial") else { return nil }
    let rest = name.dropLast(".partial".count)
    guard let dot = rest.lastIndex(of: ".") else { return nil }
    let numbers = rest[rest.index(after: dot)...].split(separator: "-")
    guard numbers.count == 2, numbers.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return nil }
    return String(rest[..<dot])
  }
}
