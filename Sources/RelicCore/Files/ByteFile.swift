internal import Foundation

/// A regular file read at given places.
///
/// A class because a descriptor has one owner.
package final class ByteFile: Sendable {
  package let path: String
  /// The length in bytes when the file was opened.
  package let count: Int
  let descriptor: Int32
  private let opened: stat

  package init(path: String) throws(FileError) {
    self.path = path
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .cannotRead(path: path, reason: systemReason()) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .notAFile(path: path)
    }
    count = Int(status.st_size)
    opened = status
  }

  /// Whether the file was written to since it was opened.
  var hasChanged: Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) != 0 || status.st_size != opened.st_size
      || status.st_mtim.tv_sec != opened.st_mtim.tv_sec
      || status.st_mtim.tv_nsec != opened.st_mtim.tv_nsec
  }

  /// Opens a file that must hold something.
  package convenience init(filledAt path: String) throws(FileError) {
    try self.init(path: path)
    if count == 0 { throw .empty(path: path) }
  }

  deinit { close(descriptor) }

  /// What tells a file from what it was before it was written anew.
  package struct Version: Equatable, Sendable {
    /// The length in bytes.
    package let count: Int
    /// When the content was last changed, in nanoseconds since 1970.
    package let changed: Int
  }

  /// Returns the version of the regular file at `path`, or `nil` if there is none.
  package static func version(of path: String) -> Version? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Version(
      count: Int(status.st_size),
      changed: status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec)
  }

  /// Returns the length of the file at `path` in bytes, or `nil` if it cannot be told.
  package static func size(of path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Returns all bytes of the regular file at `path`.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    let file = try ByteFile(path: path)
    return try file.bytes(at: 0, count: file.count)
  }

  /// Returns `count` bytes from `offset`; more than the file holds is refused before any is read.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try elements(at: offset, count: count)
  }

  /// Returns `count` numbers as they lie in the file from byte `offset` on; more than it holds are
  /// refused before any is read.
  package func elements<Element: BitwiseCopyable>(
    at offset: Int, count wanted: Int, of type: Element.Type = Element.self
  ) throws(FileError) -> [Element] {
    let (bytes, overflow) = wanted.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    try check(offset, overflow ? .max : bytes)
    var failure: FileError?
    let elements = unsafe [Element](unsafeUninitializedCapacity: wanted) { buffer, written in
      failure = unsafe fill(UnsafeMutableRawBufferPointer(buffer), from: offset)
      written = failure == nil ? wanted : 0
    }
    if let failure { throw failure }
    return elements
  }

  /// Fills `buffer` with the bytes from `offset`.
  package func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    try check(offset, buffer.count)
    if let failure = unsafe fill(buffer, from: offset) { throw failure }
  }

  private func check(_ offset: Int, _ wanted: Int) throws(FileError) {
    guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
      throw .truncated(path: path, wanted: max(0, wanted), at: max(0, offset))
    }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int) -> FileError? {
    var done = 0
    while done < buffer.count, let start = buffer.baseAddress {
      let got = unsafe pread(
        descriptor, start + done, buffer.count - done, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      if got < 0 { return .cannotRead(path: path, reason: systemReason()) }
      if got == 0 { return .truncated(path: path, wanted: buffer.count, at: offset) }
      done += got
    }
    return nil
  }
}
