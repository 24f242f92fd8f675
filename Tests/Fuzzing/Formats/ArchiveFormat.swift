import Foundation
import TestSupport

@testable import RelicNN

extension FuzzedFormat {
  /// The archive of a data set of two files, in every form of tar, compressed and not.
  static let tar = FuzzedFormat(
    name: "tar", samples: archives, repair: Checksums.repairTar,
    read: { folder in try content.unpack("\(folder)/input", into: "\(folder)/data") })

  private static let content = DatasetArchive(
    size: 0, fileName: "input", md5: "", server: "",
    members: [.init(path: "set/a.bin", size: 700), .init(path: "set/b.txt", size: nil)])

  @Sendable private static func archives() throws -> [[UInt8]] {
    let folder = NSTemporaryDirectory() + "relic-\(UUID().uuidString)"
    let set = "\(folder)/set"
    let files = FileManager.default
    defer { try? files.removeItem(atPath: folder) }
    try files.createDirectory(atPath: set, withIntermediateDirectories: true)
    let values = (0..<700).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    try Data(values).write(to: URL(filePath: "\(set)/a.bin"))
    try Data("airplane\n".utf8).write(to: URL(filePath: "\(set)/b.txt"))
    let long = String(repeating: "long", count: 40)
    try Data([1]).write(to: URL(filePath: "\(set)/\(long)"))
    try files.createSymbolicLink(atPath: "\(set)/link", withDestinationPath: "a.bin")
    return try ["ustar", "gnu", "pax", "v7"].flatMap { form in
      try ["-cf", "-czf"].map { mode in
        // The oldest form has no room for the long name.
        let names = ["set/a.bin", "set/b.txt"] + (form == "v7" ? [] : ["set/link", "set/\(long)"])
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.currentDirectoryURL = URL(filePath: folder)
        process.arguments = ["tar", "--format=\(form)", mode, "archive"] + names
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try Fixtures.bytes("\(folder)/archive")
      }
    }
  }
}
