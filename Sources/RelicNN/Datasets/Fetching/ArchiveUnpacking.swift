internal import Foundation

extension DatasetArchive {
  /// The most bytes of a member whose size is not known, which are texts.
  private static let textLimit = 1 << 20
  private static let stagingPrefix = ".unpacking-"

  /// Removes what killed processes have unpacked below `folder` and not put in place.
  func removeStaging(in folder: String) {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(Self.stagingPrefix) {
      try? files.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// Unpacks the expected members of a tar.gz file and puts them in place when all are right.
  func unpack(_ archive: String, into folder: String) throws(DownloadError) {
    let files = FileManager.default
    let staging = "\(folder)/\(Self.stagingPrefix)\(ProcessInfo.processInfo.processIdentifier)"
    try? files.removeItem(atPath: staging)
    defer { try? files.removeItem(atPath: staging) }
    try extract(archive, into: staging, named: folder)
    for member in members {
      let place = "\(folder)/\(member.path)"
      try Self.makeParent(of: place)
      guard unsafe rename("\(staging)/\(member.path)", place) == 0 else {
        throw .cannotWrite(path: place, reason: systemReason())
      }
    }
  }

  /// Writes the expected members below `staging`, and nothing else of the archive.
  ///
  /// - Throws: A member that leads out of the folder, and an expected one that is missing, a link,
  ///   of a wrong size or there twice; what cannot be written is told of `folder`.
  private func extract(
    _ archive: String, into staging: String, named folder: String
  ) throws(DownloadError) {
    var rest = members
    let reader = try ArchiveReader(path: archive)
    while let found = try reader.next() {
      guard !found.path.hasPrefix("/"), !found.path.split(separator: "/").contains("..") else {
        throw .unsafeMember(archive: archive, member: found.path)
      }
      guard let member = members.first(where: { $0.path == found.path }) else { continue }
      guard let index = rest.firstIndex(where: { $0.path == found.path }) else {
        throw .cannotUnpack(archive: archive, reason: "it holds '\(found.path)' twice")
      }
      rest.remove(at: index)
      try check(found, against: member, of: archive)
      let place = "\(staging)/\(member.path)"
      try Self.makeParent(of: place)
      try Self.copy(reader, to: place, named: folder)
    }
    if let missing = rest.first {
      throw .wrongMember(
        archive: archive, member: missing.path, found: nil, expected: missing.size ?? 0)
    }
  }

  private func check(
    _ found: ArchiveReader.Member, against member: Member, of archive: String
  ) throws(DownloadError) {
    guard found.isFile, found.size == member.size ?? found.size else {
      throw .wrongMember(
        archive: archive, member: member.path, found: found.isFile ? found.size : nil,
        expected: member.size ?? 0)
    }
    guard member.size != nil || found.size <= Self.textLimit else {
      throw .cannotUnpack(
        archive: archive,
        reason: "'\(member.path)' has \(found.size) bytes, more than \(Self.textLimit)")
    }
  }

  /// Writes the bytes of the member that `reader` is at.
  private static func copy(
    _ reader: ArchiveReader, to place: String, named folder: String
  ) throws(DownloadError) {
    func writing<Result>(
      _ body: () throws(FileError) -> Result
    ) throws(DownloadError) -> Result {
      do throws(FileError) {
        return try body()
      } catch {
        throw .cannotWrite(path: folder, reason: error.reason)
      }
    }
    let file = try writing { () throws(FileError) in try AtomicFile(path: place) }
    while true {
      let bytes = try reader.read()
      if bytes.isEmpty { break }
      try writing { () throws(FileError) in try file.write(bytes) }
    }
    try writing { () throws(FileError) in try file.commit() }
  }

  private static func makeParent(of place: String) throws(DownloadError) {
    let parent = URL(filePath: place).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: parent.path, reason: "the folder cannot be made")
    }
  }
}
