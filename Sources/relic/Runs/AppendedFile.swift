internal import Foundation
internal import RelicNN

/// A file that is added to, each piece whole or not at all.
struct AppendedFile {
  let path: String
  private let handle: FileHandle

  /// Opens a file that is there, to write after its end.
  init(path: String) throws(FileError) {
    self.path = path
    guard let handle = FileHandle(forWritingAtPath: path), (try? handle.seekToEnd()) != nil else {
      throw .cannotWrite(path: path, reason: "it cannot be opened again")
    }
    self.handle = handle
  }

  /// Adds a piece.
  func append(_ piece: [UInt8]) throws(FileError) {
    let descriptor = handle.fileDescriptor
    let start = lseek(descriptor, 0, SEEK_CUR)
    var rest = piece[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = systemReason()
        ftruncate(descriptor, start)
        throw .cannotWrite(path: path, reason: reason)
      }
      rest = rest.dropFirst(count)
    }
  }
}
