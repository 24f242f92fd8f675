internal import Foundation
internal import Synchronization

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file beside it; ``commit()`` flushes that to the disk and renames it. A
/// file that is not committed leaves nothing behind; what a killed process leaves goes when the file
/// is written the next time, for it is locked no more. A class because a descriptor has one owner.
package final class AtomicFile {
  private static let serial = Atomic(0)
  /// The temporary files of this process.
  private static let unfinished = Mutex<Set<String>>([])

  private let path: String
  private let isDisposable: Bool
  private let temporaryPath: String
  private var descriptor: Int32
  private var isFinished = false
  private var isCommitted = false
  private var pending: [UInt8] = []

  /// Looks whether a file can be written at `path`, before work whose result is to go there.
  ///
  /// - Throws: A file that cannot be made there.
  package static func checkPlace(of path: String) throws(FileError) {
    _ = try AtomicFile(path: path)
  }

  /// Opens a temporary file beside `path`; an existing file there stays until ``commit()``.
  ///
  /// - Parameters:
  ///   - path: The file; of a link, what it leads to, unless the file is disposable.
  ///   - isDisposable: Whether nothing is lost with the file: it is not flushed to the disk, and what
  ///     killed processes left beside it stays.
  /// - Throws: A file that cannot be made there.
  package init(path: String, isDisposable: Bool = false) throws(FileError) {
    self.isDisposable = isDisposable
    self.path = isDisposable ? path : Self.target(of: path)
    var status = stat()
    if unsafe stat(self.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .cannotWrite(path: path, reason: "it exists and is not a regular file")
    }
    if !isDisposable {
      let place = self.path as NSString
      Self.removeAbandoned([place.lastPathComponent], in: place.deletingLastPathComponent)
    }
    var temporaryPath: String
    var failure: Int32
    repeat {
      let number = Self.serial.wrappingAdd(1, ordering: .relaxed).newValue
      let name = "\(self.path).\(getpid())-\(number).partial"
      (descriptor, failure) = Self.unfinished.withLock { unfinished in
        let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 { return (descriptor, errno) }
        guard Self.lock(descriptor) else {
          close(descriptor)
          return (-1, EEXIST)
        }
        unfinished.insert(name)
        return (descriptor, 0)
      }
      temporaryPath = name
      // Another process may have the same number on another machine.
    } while descriptor < 0 && failure == EEXIST
    self.temporaryPath = temporaryPath
    if descriptor < 0 { throw .cannotWrite(path: path, reason: systemReason(failure)) }
  }

  /// What a path leads to through links.
  private static func target(of path: String) -> String {
    unsafe realpath(path, nil).map { name in
      defer { unsafe free(name) }
      return unsafe String(cString: name)
    } ?? path
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { unsafe unlink(temporaryPath) }
    let name = temporaryPath
    Self.unfinished.withLock { _ = $0.remove(name) }
  }

  /// Ends the process at once, without the files that it has not finished.
  package static func exitLeavingNone(code: Int32) -> Never {
    unfinished.withLock { names in
      for name in names { unsafe unlink(name) }
      _exit(code)
    }
  }

  /// Appends bytes.
  package func write(_ bytes: some Sequence<UInt8>) throws(FileError) {
    pending.append(contentsOf: bytes)
    if pending.count >= 1 << 20 { try flush() }
  }

  /// Appends numbers as they lie in memory, little-endian.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try flush()
    if let failure = unsafe append(bytes) { throw failure }
  }

  /// Replaces as many bytes at the start of what was written.
  package func overwriteStart(_ bytes: [UInt8]) throws(FileError) {
    try flush()
    let written = unsafe bytes.withUnsafeBytes { bytes in
      unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    guard written == bytes.count else { throw .cannotWrite(path: path, reason: systemReason()) }
  }

  /// Flushes the bytes to the disk; nothing can be appended after that.
  package func finish() throws(FileError) {
    guard !isFinished else { return }
    try flush()
    guard isDisposable || fsync(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: systemReason())
    }
    isFinished = true
  }

  /// Flushes the bytes to the disk, unless that was done, and gives the file its name.
  package func commit() throws(FileError) {
    try finish()
    guard unsafe rename(temporaryPath, path) == 0 else {
      throw .cannotWrite(path: path, reason: systemReason())
    }
    isCommitted = true
    if isDisposable { return }
    // The rename itself is on the disk once the folder is; a file system that cannot sync a folder
    // has already done so.
    let parent = (path as NSString).deletingLastPathComponent
    let folder = unsafe open(parent.isEmpty ? "." : parent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Writes a whole file.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String
  ) throws(FileError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  private func flush() throws(FileError) {
    let failure = unsafe pending.withUnsafeBytes { unsafe append($0) }
    pending.removeAll(keepingCapacity: true)
    if let failure { throw failure }
  }

  private func append(_ bytes: UnsafeRawBufferPointer) -> FileError? {
    unsafe writeAll(bytes, to: descriptor).map {
      .cannotWrite(path: path, reason: systemReason($0))
    }
  }
}

/// What the system says about an error's number, that of the last call that failed.
package func systemReason(_ number: Int32 = errno) -> String {
  unsafe String(cString: strerror(number))
}
