internal import Foundation

/// The bytes of a download that have come, which stay until they are all there.
///
/// A class because a descriptor has one owner.
final class PartialFile {
  private let path: String
  private let descriptor: Int32

  /// The bytes there are.
  private(set) var count: Int

  /// Opens the file at `path`, which is made where it is missing.
  init(path: String) throws(DownloadError) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
    if descriptor < 0 { throw .cannotWrite(path: path, reason: systemReason()) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .cannotWrite(path: path, reason: "it is not a regular file")
    }
    self.path = path
    count = Int(status.st_size)
  }

  /// Closes the file; one without bytes goes.
  deinit {
    if count == 0 { unsafe unlink(path) }
    close(descriptor)
  }

  /// Removes the bytes from `count` on.
  func shorten(to count: Int) throws(DownloadError) {
    guard count < self.count else { return }
    guard ftruncate(descriptor, off_t(count)) == 0 else {
      throw .cannotWrite(path: path, reason: systemReason())
    }
    self.count = count
  }

  /// Compares bytes with those that are there from `offset` on, and appends what lies beyond.
  ///
  /// - Parameters:
  ///   - bytes: What has come.
  ///   - offset: The place of the first of them, `count` or less.
  /// - Returns: The place of the first byte that differs; nothing is written then.
  /// - Throws: A file that cannot be read or written.
  func take(_ bytes: [UInt8], at offset: Int) throws(DownloadError) -> Int? {
    let known = min(bytes.count, count - offset)
    if known > 0 {
      let there = try read(known, at: offset)
      if let difference = (0..<known).first(where: { there[$0] != bytes[$0] }) {
        return offset + difference
      }
    }
    try append(bytes[known...])
    return nil
  }

  private func read(_ wanted: Int, at offset: Int) throws(DownloadError) -> [UInt8] {
    do throws(FileError) {
      return try ByteFile(path: path).bytes(at: offset, count: wanted)
    } catch {
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }

  private func append(_ bytes: ArraySlice<UInt8>) throws(DownloadError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(count))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .cannotWrite(path: path, reason: systemReason()) }
      count += written
      rest = rest.dropFirst(written)
    }
  }
}
