internal import Foundation

/// A file of equally long records, read one record at a time.
///
/// Records are read by position, so any number of workers may read at once, and a file that shrinks
/// gives an error, not a crash.
struct RecordFile: Sendable {
  let recordSize: Int
  let count: Int
  private let file: ByteFile

  /// Opens the file at `path`, which must hold whole records: `count` of them, or any number if
  /// `nil`.
  init(path: String, recordSize: Int, count: Int? = nil, dataset: String) throws(DatasetError) {
    do throws(FileError) {
      file = try ByteFile(path: path)
    } catch {
      if error == .cannotRead(path: path, reason: systemReason(ENOENT)) {
        throw .missing(dataset: dataset, path: path)
      }
      throw .unreadable(path: path, reason: error.reason)
    }
    self.recordSize = recordSize
    self.count = count ?? max(1, file.count / recordSize)
    guard file.count == self.count * recordSize else {
      throw .wrongSize(path: path, found: file.count, expected: self.count * recordSize)
    }
  }

  var path: String { file.path }

  /// Returns `count` bytes of record `index`, beginning at byte `offset` of it.
  func bytes(of index: Int, from offset: Int, count: Int) throws(DatasetError) -> [UInt8] {
    do throws(FileError) {
      return try file.bytes(at: index * recordSize + offset, count: count)
    } catch {
      throw .unreadable(path: path, reason: error.reason)
    }
  }
}
