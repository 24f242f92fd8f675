internal import Foundation

/// A data set as its authors publish it: an archive, its digest, and what it must hold.
public struct DatasetArchive: Sendable {
  /// A file of the archive and its size in bytes, `nil` where any will do.
  struct Member: Sendable {
    let path: String
    let size: Int?
  }

  /// What `obtain` did.
  public enum Outcome: Sendable {
    case alreadyThere
    case unpacked
  }

  /// The archive's size in bytes, as its server announces it.
  public let size: Int

  let fileName: String
  let md5: String
  let server: String
  let sizeLimit: Int
  let members: [Member]

  /// Returns the archive of a data set.
  ///
  /// - Throws: Data sets that need an agreement, or are no single archive.
  public static func published(_ dataset: DatasetName) throws(DownloadError) -> DatasetArchive {
    guard let archive = dataset.archive else { throw .notPublished(dataset: dataset.rawValue) }
    return archive
  }

  /// Puts the data set below `folder`, downloading it unless it is there or an archive is given.
  ///
  /// Nothing is unpacked before the archive's md5 is right. A broken download stays as
  /// `….partial` and is continued by the next call.
  ///
  /// - Parameters:
  ///   - folder: Where the data set's own folder goes; made if it is missing.
  ///   - mirror: The address of a folder on another server that holds the archive.
  ///   - archive: A file that was fetched by other means; it is left as it is.
  ///   - progress: Gets the bytes received and, if known, the bytes to come in all.
  /// - Returns: Whether anything had to be unpacked.
  /// - Throws: What went wrong, with the address or the file.
  public func obtain(
    in folder: String, mirror: String? = nil, archive: String? = nil,
    progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) throws(DownloadError) -> Outcome {
    if members.allSatisfy({ isWhole($0, in: folder) }) { return .alreadyThere }
    if let archive { try check(archive) }
    let lock: FolderLock
    do throws(FileError) {
      lock = try FolderLock(folder, writing: [])
    } catch {
      throw .cannotWrite(path: folder, reason: error.reason)
    }
    defer { lock.release() }
    // Another process may have put the data set there since.
    if members.allSatisfy({ isWhole($0, in: folder) }) { return .alreadyThere }
    removeStaging(in: folder)
    if let archive {
      try unpack(archive, into: folder)
      return .unpacked
    }
    let partial = "\(folder)/\(fileName).partial"
    try Download(address: address(mirror: mirror), path: partial, limit: sizeLimit)
      .run(progress: progress)
    do throws(DownloadError) {
      try check(partial)
    } catch {
      // Continuing wrong bytes would never end well.
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
    try unpack(partial, into: folder)
    try? FileManager.default.removeItem(atPath: partial)
    return .unpacked
  }

  /// Whether `folder` is the data set's own or holds it, be it whole or not.
  public func isBegun(in folder: String) -> Bool {
    members.contains { member in
      let parts = member.path.split(separator: "/", maxSplits: 1)
      return parts.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    }
  }

  /// Returns the address that the archive is fetched from: on the authors' server, or on a mirror
  /// given by the address of a folder.
  public func address(mirror: String?) -> String {
    var server = mirror ?? server
    while server.hasSuffix("/") { server.removeLast() }
    return "\(server)/\(fileName)"
  }

  private func check(_ path: String) throws(DownloadError) {
    guard let found = MD5.ofFile(path) else {
      throw .cannotUnpack(archive: path, reason: "it cannot be read")
    }
    guard found == md5 else { throw .checksum(path: path, found: found, expected: md5) }
  }

  /// Whether a member lies below `folder` as a regular file of the right size.
  func isWhole(_ member: Member, in folder: String) -> Bool {
    let found = Self.size(of: "\(folder)/\(member.path)")
    return found != nil && (member.size == nil || member.size == found)
  }

  /// Returns the size of a regular file, `nil` for anything else; links are not followed.
  static func size(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
    return attributes?[.size] as? Int
  }
}
