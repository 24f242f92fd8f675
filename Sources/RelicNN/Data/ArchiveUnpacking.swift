internal import Foundation

extension DatasetArchive {
  /// Unpacks the expected members of a tar.gz file and puts them in place when all are right.
  func unpack(_ archive: String, into folder: String) throws(DownloadError) {
    for name in try Self.tar(["--list"], archive).split(whereSeparator: \.isNewline)
    where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      throw .unsafeMember(archive: archive, member: String(name))
    }
    let files = FileManager.default
    let staging = "\(folder)/.unpacking-\(ProcessInfo.processInfo.processIdentifier)"
    try? files.removeItem(atPath: staging)
    defer { try? files.removeItem(atPath: staging) }
    do {
      try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: staging, reason: "the folder cannot be made")
    }
    _ = try Self.tar(
      ["--extract", "--no-same-owner", "--no-same-permissions", "--directory", staging, "--"]
        + members.map(\.path), archive)
    for member in members where !isWhole(member, in: staging) {
      throw .wrongMember(
        archive: archive, member: member.path, found: Self.size(of: "\(staging)/\(member.path)"),
        expected: member.size ?? 0)
    }
    for member in members {
      let place = "\(folder)/\(member.path)"
      let parent = URL(filePath: place).deletingLastPathComponent()
      do {
        try files.createDirectory(at: parent, withIntermediateDirectories: true)
      } catch {
        throw .cannotWrite(path: parent.path, reason: "the folder cannot be made")
      }
      guard unsafe rename("\(staging)/\(member.path)", place) == 0 else {
        throw .cannotWrite(path: place, reason: unsafe String(cString: strerror(errno)))
      }
    }
  }

  /// Runs tar on an archive, which it reads as its input so that no file name can be an option.
  private static func tar(_ arguments: [String], _ archive: String) throws(DownloadError) -> String
  {
    guard let input = FileHandle(forReadingAtPath: archive) else {
      throw .cannotUnpack(archive: archive, reason: "it cannot be read")
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tar", "--gzip", "--file", "-"] + arguments
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw .cannotUnpack(archive: archive, reason: "tar cannot be started")
    }
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .cannotUnpack(
        archive: archive, reason: "tar ended with status \(process.terminationStatus)")
    }
    return text
  }
}
