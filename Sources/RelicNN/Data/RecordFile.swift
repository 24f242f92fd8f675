internal import Foundation

/// A file of equally long records, read one record at a time.
///
/// A class because identity is wanted: it owns a file descriptor. Records are read by position, so
/// any number of workers may read at once, and a file that shrinks gives an error, not a crash.
final class RecordFile: Sendable {
  let path: String
  let recordSize: Int
  let count: Int
  private let descriptor: Int32

  /// Opens the file at `path`, which must hold whole records: `count` of them, or any number if
  /// `nil`.
  init(path: String, recordSize: Int, count: Int? = nil, remedy: String) throws(DatasetError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw .missing(path: path, remedy: remedy) }
      throw .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
    self.path = path
    self.recordSize = recordSize
    self.descriptor = descriptor
    let size = Int(lseek(descriptor, 0, SEEK_END))
    let whole = count ?? max(1, size / recordSize)
    self.count = whole
    guard size == whole * recordSize else {
      throw .wrongSize(path: path, found: size, expected: whole * recordSize)
    }
  }

  deinit { close(descriptor) }

  /// Returns `count` bytes of record `index`, beginning at byte `offset` of it.
  func bytes(of index: Int, from offset: Int, count: Int) throws(DatasetError) -> [UInt8] {
    var status = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = unsafe pread(descriptor, buffer.baseAddress, count, index * recordSize + offset)
      initialized = max(status, 0)
    }
    guard status >= 0 else {
      throw .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
    guard status == count else { throw .unreadable(path: path, reason: "it ends too early") }
    return bytes
  }
}
