import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct DatasetArchiveTests {
  /// An archive of `set/a.bin` (70,000 bytes) and `set/b.txt`, and what describes it.
  struct Sample: ~Copyable {
    let folder: TemporaryFolder
    let bytes: [UInt8]
    let archive: DatasetArchive

    /// Packs `names` by tar; what lies beside the two files is there to take their places.
    init(
      size: Int = 70_000, names: [String] = ["set/a.bin", "set/b.txt"],
      damage: (inout [UInt8]) -> Void = { _ in }
    ) throws {
      let folder = try TemporaryFolder()
      var random = Philox(seed: 9, purpose: .drawing)
      let noise = (0..<70_000).map { _ in UInt8(random.next32() >> 24) }
      try folder.write("source/set/a.bin", noise)
      try folder.write("source/set/b.txt", "b".utf8)
      try folder.write("source/set/large", Array(repeating: 0, count: 1 << 20 + 1))
      let source = "\(folder.path)/source/set"
      let files = FileManager.default
      try files.createSymbolicLink(atPath: "\(source)/symbolic", withDestinationPath: "a.bin")
      try files.linkItem(atPath: "\(source)/a.bin", toPath: "\(source)/hard")
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.currentDirectoryURL = URL(filePath: "\(folder.path)/source")
      process.arguments = ["tar", "--absolute-names", "-czf", "../archive.tar.gz"] + names
      try process.run()
      process.waitUntilExit()
      var bytes = try [UInt8](Data(contentsOf: URL(filePath: "\(folder.path)/archive.tar.gz")))
      damage(&bytes)
      try folder.write("archive.tar.gz", bytes)
      self.bytes = bytes
      var digest = MD5()
      digest.update(bytes)
      archive = DatasetArchive(
        size: bytes.count, fileName: "archive.tar.gz", md5: digest.hexadecimal(),
        server: "http://nowhere.invalid",
        members: [.init(path: "set/a.bin", size: size), .init(path: "set/b.txt", size: nil)])
      self.folder = folder
    }

    var place: String { "\(folder.path)/data" }

    func obtain(from server: LocalServer) throws {
      defer { server.stop() }
      _ = try archive.obtain(in: place, mirror: "http://127.0.0.1:\(server.port)/x/") { _, _ in }
    }

    func isUnpacked() throws -> Bool {
      let noise = try Data(contentsOf: URL(filePath: "\(folder.path)/source/set/a.bin"))
      return FileManager.default.contents(atPath: "\(place)/set/a.bin") == noise
        && FileManager.default.fileExists(atPath: "\(place)/set/b.txt")
    }

    /// Everything in the data folder.
    func leftovers() -> [String] {
      ((try? FileManager.default.subpathsOfDirectory(atPath: place)) ?? []).sorted()
    }
  }

  @Test func `an honest server's archive is unpacked and nothing else stays`() throws {
    let sample = try Sample()
    let server = try LocalServer(sample.bytes, .honest)
    try sample.obtain(from: server)
    #expect(try sample.isUnpacked())
    #expect(sample.leftovers() == ["set", "set/a.bin", "set/b.txt"])
    #expect(server.requests == ["GET /x/archive.tar.gz HTTP/1.1"])
  }

  @Test func `dropped connections are taken up where they broke off`() throws {
    let sample = try Sample()
    let server = try LocalServer(sample.bytes, .dropping(after: 30_000))
    try sample.obtain(from: server)
    #expect(try sample.isUnpacked())
    #expect(server.requests.count >= 3)
    #expect(server.requests.dropFirst().allSatisfy { $0.contains("bytes=") })
  }

  @Test(arguments: [LocalServer.Manner.honest, .forgetful])
  func `a partial file of an earlier run is continued or begun again`(
    _ manner: LocalServer.Manner
  ) throws {
    let sample = try Sample()
    try sample.folder.write("data/archive.tar.gz.partial", sample.bytes.prefix(1000))
    let server = try LocalServer(sample.bytes, manner)
    try sample.obtain(from: server)
    #expect(try sample.isUnpacked())
    #expect(server.requests[0].contains("bytes=1000-"))
  }

  @Test func `a whole partial file needs no more bytes`() throws {
    let sample = try Sample()
    try sample.folder.write("data/archive.tar.gz.partial", sample.bytes)
    let server = try LocalServer(sample.bytes, .honest)
    try sample.obtain(from: server)
    #expect(try sample.isUnpacked())
    #expect(server.requests.isEmpty)
  }

  @Test func `two downloads into one folder do not meet`() throws {
    let sample = try Sample()
    try sample.folder.write("data/archive.tar.gz.partial", sample.bytes.prefix(1000))
    let server = try LocalServer(sample.bytes, .honest)
    let lock = try FolderLock(sample.place, writing: [])
    #expect(throws: DownloadError.inUse(path: sample.place)) { try sample.obtain(from: server) }
    #expect(server.requests.isEmpty)
    #expect(sample.leftovers() == ["archive.tar.gz.partial"])
    lock.release()
    try sample.obtain(from: try LocalServer(sample.bytes, .honest))
    #expect(try sample.isUnpacked())
  }

  @Test func `a corrupt archive is refused before unpacking and removed`() throws {
    let sample = try Sample()
    var corrupt = sample.bytes
    corrupt[20_000] ^= 1
    let error = #expect(throws: DownloadError.self) {
      try sample.obtain(from: try LocalServer(corrupt, .honest))
    }
    #expect(error?.description.contains("the published one \(sample.archive.md5)") == true)
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `a server without the file and an address of no server are named`() throws {
    let sample = try Sample()
    let server = try LocalServer(sample.bytes, .missing)
    let address = "http://127.0.0.1:\(server.port)/x/archive.tar.gz"
    #expect(throws: DownloadError.refused(address: address, status: 404)) {
      try sample.obtain(from: server)
    }
    #expect(throws: DownloadError.badAddress("ftp://x/archive.tar.gz")) {
      try sample.archive.obtain(in: sample.place, mirror: "ftp://x") { _, _ in }
    }
  }

  @Test func `a given archive is used and an existing folder left alone`() throws {
    let sample = try Sample()
    let path = "\(sample.folder.path)/archive.tar.gz"
    let first = try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    #expect(first == .unpacked)
    #expect(try sample.isUnpacked() && FileManager.default.fileExists(atPath: path))
    let second = try sample.archive.obtain(in: sample.place, archive: "missing") { _, _ in }
    #expect(second == .alreadyThere)
  }

  @Test(arguments: ["../source/set/b.txt", "/etc/hostname"])
  func `members that lead out of the folder are refused`(_ member: String) throws {
    let sample = try Sample(names: ["set/a.bin", "set/b.txt", member])
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(throws: DownloadError.unsafeMember(archive: path, member: member)) {
      try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    }
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `a member that cannot take its place is an error of writing`() throws {
    let sample = try Sample()
    try sample.folder.write("data/set/a.bin/inside", [])
    let path = "\(sample.folder.path)/archive.tar.gz"
    let error = #expect(throws: DownloadError.self) {
      try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    }
    #expect(error?.isAboutWriting == true)
    #expect(
      error == .cannotWrite(path: "\(sample.place)/set/a.bin", reason: "Is a directory"))
    #expect(sample.leftovers() == ["set", "set/a.bin", "set/a.bin/inside"])
  }

  @Test func `a member that is not expected is left in the archive`() throws {
    // One of them below what is a file in the archive as well.
    let sample = try Sample(names: [
      "--transform=s,/[.]/,/a.bin/,", "set/large", "set/a.bin", "set/b.txt", "set/./b.txt",
    ])
    let path = "\(sample.folder.path)/archive.tar.gz"
    _ = try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    #expect(try sample.isUnpacked())
    #expect(sample.leftovers() == ["set", "set/a.bin", "set/b.txt"])
  }

  @Test(arguments: ["symbolic", "hard"])
  func `a link in place of a member is refused`(_ link: String) throws {
    let sample = try Sample(
      names: ["--transform=s,set/\(link),set/b.txt,", "set/a.bin", "set/\(link)"])
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(
      throws: DownloadError.wrongMember(
        archive: path, member: "set/b.txt", found: nil, expected: 0)
    ) { try sample.archive.obtain(in: sample.place, archive: path) { _, _ in } }
    #expect(sample.leftovers().isEmpty)
  }

  @Test(arguments: [
    (["set/a.bin", "set/b.txt", "set/b.txt"], "it holds 'set/b.txt' twice"),
    (
      ["--transform=s,large,b.txt,", "set/a.bin", "set/large"],
      "'set/b.txt' has 1048577 bytes, more than 1048576"
    ),
  ])
  func `more than is expected is refused`(_ names: [String], _ reason: String) throws {
    let sample = try Sample(names: names)
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(throws: DownloadError.cannotUnpack(archive: path, reason: reason)) {
      try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    }
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `an archive that is cut short is refused, with libarchive's reason`() throws {
    let sample = try Sample(damage: { $0.removeLast(30_000) })
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(throws: DownloadError.cannotUnpack(archive: path, reason: "truncated gzip input")) {
      try sample.archive.obtain(in: sample.place, archive: path) { _, _ in }
    }
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `a file that is no archive is refused, with libarchive's reason`() throws {
    let sample = try Sample(damage: { $0 = Array("not an archive".utf8) })
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(
      throws: DownloadError.cannotUnpack(archive: path, reason: "Unrecognized archive format")
    ) { try sample.archive.obtain(in: sample.place, archive: path) { _, _ in } }
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `members that are missing are refused`() throws {
    let sample = try Sample(names: ["set/a.bin"])
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(
      throws: DownloadError.wrongMember(
        archive: path, member: "set/b.txt", found: nil, expected: 0)
    ) { try sample.archive.obtain(in: sample.place, archive: path) { _, _ in } }
  }

  @Test func `members of a wrong size are refused`() throws {
    let sample = try Sample(size: 70_001)
    let path = "\(sample.folder.path)/archive.tar.gz"
    #expect(
      throws: DownloadError.wrongMember(
        archive: path, member: "set/a.bin", found: 70_000, expected: 70_001)
    ) { try sample.archive.obtain(in: sample.place, archive: path) { _, _ in } }
    #expect(sample.leftovers().isEmpty)
  }

  @Test func `a data set is begun where its folder or one of its files lies`() throws {
    let sample = try Sample()
    #expect(!sample.archive.isBegun(in: sample.place))
    try sample.folder.write("data/other/b.txt", [])
    #expect(!sample.archive.isBegun(in: sample.place))
    try sample.folder.write("data/set/b.txt", [])
    #expect(sample.archive.isBegun(in: sample.place))
    #expect(sample.archive.isBegun(in: "\(sample.place)/set"))
  }

  @Test func `sets that are not published so are named`() {
    #expect(throws: DownloadError.notPublished(dataset: "food101")) {
      try DatasetArchive.published(.food101)
    }
  }
}
