internal import Foundation

/// The room on a disk.
package enum DiskSpace {
  /// The bytes that the user may write where `path` is, or would be; `nil` if that cannot be told.
  package static func free(at path: String) -> Int? {
    var place = URL(filePath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    var status = statvfs()
    // A file system that does not know its size says that it has no blocks.
    guard unsafe statvfs(place.path, &status) == 0, status.f_blocks > 0 else { return nil }
    let (bytes, isTooMany) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return isTooMany ? .max : Int(clamping: bytes)
  }
}
