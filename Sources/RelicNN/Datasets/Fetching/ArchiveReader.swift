internal import CArchive
internal import Foundation

/// The members of a gzipped tar file in their order, read by libarchive.
///
/// A class because libarchive's handle has one owner; safe because the handle lives as long.
@safe final class ArchiveReader {
  /// What an archive says about a member before its bytes.
  struct Member {
    let path: String
    let size: Int
    /// Whether it is a regular file: no folder, no link of any kind, no device.
    let isFile: Bool
  }

  private static let blockSize = 1 << 18

  private let path: String
  private let archive: OpaquePointer

  /// Opens the archive at `path`.
  init(path: String) throws(DownloadError) {
    guard let archive = unsafe archive_read_new() else {
      throw .cannotUnpack(archive: path, reason: "out of memory")
    }
    self.path = path
    unsafe self.archive = archive
    unsafe archive_read_support_filter_gzip(archive)
    unsafe archive_read_support_format_tar(archive)
    guard unsafe archive_read_open_filename(archive, path, Self.blockSize) == ARCHIVE_OK else {
      throw failure
    }
  }

  deinit { unsafe archive_read_free(archive) }

  /// Goes to the next member and returns what is known of it, `nil` after the last.
  func next() throws(DownloadError) -> Member? {
    var entry: OpaquePointer?
    switch unsafe archive_read_next_header(archive, &entry) {
    case ARCHIVE_EOF: return nil
    // A warning is about a time or a name in a foreign alphabet.
    case ARCHIVE_OK, ARCHIVE_WARN: break
    default: throw failure
    }
    guard
      let name = unsafe archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
    else { throw .cannotUnpack(archive: path, reason: "a member's name cannot be read") }
    return Member(
      path: unsafe String(cString: name), size: unsafe Int(archive_entry_size(entry)),
      isFile: unsafe archive_entry_filetype(entry) == S_IFREG
        && archive_entry_hardlink(entry) == nil)
  }

  /// Returns the next bytes of the member, none at its end.
  func read() throws(DownloadError) -> [UInt8] {
    var count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.blockSize) { buffer, written in
      count = unsafe archive_read_data(archive, buffer.baseAddress, buffer.count)
      written = max(0, count)
    }
    guard count >= 0 else { throw failure }
    return bytes
  }

  private var failure: DownloadError {
    let reason = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    return .cannotUnpack(archive: path, reason: reason ?? "it is broken")
  }
}
