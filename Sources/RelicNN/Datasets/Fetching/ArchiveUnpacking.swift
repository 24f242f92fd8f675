internal import Dispatch
internal import Foundation
internal import Synchronization

extension DatasetArchive {
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
    let names = try Self.tar(["--list"], archive) { .cannotUnpack(archive: archive, reason: $0) }
      .split(whereSeparator: \.isNewline)
    for name in names where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      throw .unsafeMember(archive: archive, member: String(name))
    }
    for member in members where !names.contains(where: { $0 == member.path }) {
      throw .wrongMember(
        archive: archive, member: member.path, found: nil, expected: member.size ?? 0)
    }
    let files = FileManager.default
    let staging = "\(folder)/\(Self.stagingPrefix)\(ProcessInfo.processInfo.processIdentifier)"
    try? files.removeItem(atPath: staging)
    defer { try? files.removeItem(atPath: staging) }
    do {
      try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: staging, reason: "the folder cannot be made")
    }
    // The archive was right when it was listed, so that writing is what can fail here.
    _ = try Self.tar(
      ["--extract", "--no-same-owner", "--no-same-permissions", "--directory", staging, "--"]
        + members.map(\.path), archive
    ) { .cannotWrite(path: folder, reason: $0) }
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
  ///
  /// Throws what `failure` makes of tar's first message: those that follow tell what came of it.
  private static func tar(
    _ arguments: [String], _ archive: String, failure: (_ reason: String) -> DownloadError
  ) throws(DownloadError) -> String {
    guard let input = FileHandle(forReadingAtPath: archive) else {
      throw .cannotUnpack(archive: archive, reason: "it cannot be read")
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["tar", "--gzip", "--file", "-"] + arguments
    let (output, messages) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = messages
    do {
      try process.run()
    } catch {
      throw .cannotUnpack(archive: archive, reason: "tar cannot be started")
    }
    let reason = Mutex<Substring?>(nil)
    let done = DispatchSemaphore(value: 0)
    // On a thread of its own, since tar waits where either pipe is full.
    Thread.detachNewThread {
      let lines = text(from: messages).split(whereSeparator: \.isNewline)
      reason.withLock { $0 = lines.first }
      done.signal()
    }
    let list = text(from: output)
    process.waitUntilExit()
    done.wait()
    guard process.terminationStatus == 0 else {
      throw failure(
        reason.withLock { $0.map(String.init) }
          ?? "tar ended with status \(process.terminationStatus)")
    }
    return list
  }

  /// Returns everything that is written to a pipe until it is closed.
  private static func text(from pipe: Pipe) -> String {
    String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }
}
