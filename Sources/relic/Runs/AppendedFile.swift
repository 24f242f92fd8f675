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
    let failure = unsafe piece.withUnsafeBytes { unsafe writeAll($0, to: descriptor) }
    guard let failure else { return }
    ftruncate(descriptor, start)
    throw .cannotWrite(path: path, reason: systemReason(failure))
  }
}
