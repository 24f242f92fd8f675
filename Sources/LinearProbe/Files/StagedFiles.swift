internal import Foundation
internal import Synchronization

/// Files that belong together and appear under their names when all of them are complete.
///
/// Each goes to a temporary file beside its place and is flushed to the disk; ``commit(removing:)``
/// renames them. What is not committed leaves nothing behind.
struct StagedFiles: ~Copyable {
  private static let serial = Atomic(0)

  private var files: [(temporary: String, path: String)] = []

  init() {}

  /// Begins files of a folder, which is made where it is missing.
  init(in folder: String) throws(FeatureError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be made")
    }
  }

  /// Writes one file's content, `parts` one after the other.
  mutating func add(_ parts: [[UInt8]], as path: String) throws(NPYError) {
    do throws(SystemError) {
      let (descriptor, temporary) = try Self.open(beside: path)
      files.append((temporary, path))
      defer { close(descriptor) }
      for part in parts { try Self.write(part, to: descriptor) }
      guard fsync(descriptor) == 0 else { throw SystemError() }
    } catch {
      throw .unwritable(path: path, reason: error.reason)
    }
  }

  /// Gives all files their names, in the order they were added.
  ///
  /// - Parameter old: Files of an earlier content; those that are not written anew go.
  /// - Throws: A file that cannot be put in its place; those before it are in theirs.
  func commit(removing old: [String] = []) throws(NPYError) {
    for path in old where !files.contains(where: { $0.path == path }) { unsafe unlink(path) }
    for (temporary, path) in files where unsafe rename(temporary, path) != 0 {
      throw .unwritable(path: path, reason: SystemError().reason)
    }
  }

  deinit {
    for (temporary, _) in files { unsafe unlink(temporary) }
  }

  /// Opens a new file whose name no other has, not even the remains of a process that was killed.
  private static func open(
    beside path: String
  ) throws(SystemError) -> (descriptor: Int32, path: String) {
    while true {
      let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
      let temporary = "\(path).\(getpid())-\(number).partial"
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
      let descriptor = unsafe Foundation.open(temporary, flags, 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      guard errno == EEXIST else { throw SystemError() }
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
      }
      guard count > 0 else { throw SystemError() }
      written += count
    }
  }
}

/// What `errno` said when it was made.
struct SystemError: Error {
  let reason = unsafe String(cString: strerror(errno))
}
