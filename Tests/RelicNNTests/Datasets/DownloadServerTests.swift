import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RelicNN

/// Downloads from servers that compress, are busy or come to a halt.
@Suite struct DownloadServerTests {
  typealias Answer = LocalServer.Answer

  static let content = DownloadTrial.content

  /// The content as a server compresses it for the way.
  static func compressed(_ content: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try folder.write("x", content)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "\(folder.path)/x"]
    try process.run()
    process.waitUntilExit()
    return try [UInt8](Data(contentsOf: URL(filePath: "\(folder.path)/x.gz")))
  }

  @Test(arguments: [0, 30_000], [true, false])
  func `an archive that is said to be compressed for the way is taken as it is`(
    _ known: Int, _ isAnnounced: Bool
  ) throws {
    let trial = try DownloadTrial(known: known) { _, start in
      var answer = Answer(Self.content, from: start ?? 0)
      answer.headers.append("Content-Encoding: gzip")
      if !isAnnounced { answer.length = nil }
      return answer
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
  }

  @Test func `a gzip file that is said to be compressed for the way is not decompressed`() throws {
    let archive = try Self.compressed(Self.content)
    let trial = try DownloadTrial { _, start in
      var answer = Answer(archive, from: start ?? 0)
      answer.headers.append("Content-Encoding: x-gzip")
      answer.length = nil
      return answer
    }
    try trial.folder.write("partial", archive.prefix(30_000))
    #expect(trial.run(size: archive.count) == nil)
    let isWhole = FileManager.default.contents(atPath: trial.path) == Data(archive)
    #expect(isWhole)
  }

  @Test(arguments: [0, 30_000], [true, false])
  func `an archive that is compressed for the way is decompressed`(
    _ known: Int, _ isAnnounced: Bool
  ) throws {
    let compressed = try Self.compressed(Self.content)
    let trial = try DownloadTrial(known: known) { _, start in
      var answer = Answer(compressed, from: start ?? 0)
      answer.headers.append("Content-Encoding: gzip")
      if !isAnnounced { answer.length = nil }
      return answer
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
  }

  @Test func `an answer in a coding that is not known ends the attempts`() throws {
    let requests = Atomic(0)
    let trial = try DownloadTrial { _, _ in
      requests.add(1, ordering: .relaxed)
      var answer = Answer(200, Self.content, headers: ["Transfer-Encoding: foo"])
      answer.length = nil
      return answer
    }
    guard case .interrupted = trial.run() else {
      Issue.record("\(requests.load(ordering: .relaxed)) requests end in another way")
      return
    }
    #expect(requests.load(ordering: .relaxed) < 10)
    #expect(trial.kept == 0)
  }

  @Test func `a compressed page takes nothing away`() throws {
    let page = try Self.compressed(DownloadTests.page)
    let trial = try DownloadTrial { _, _ in
      var answer = Answer(
        200, page, headers: ["Content-Encoding: gzip", "Content-Type: text/html"])
      answer.length = nil
      return answer
    }
    #expect(trial.run() == .foreign(address: trial.address, type: "text/html", size: nil))
    #expect(trial.kept == 0)
  }

  @Test(arguments: [429, 503])
  func `a busy server is asked again after the wait that it asks for`(_ status: Int) throws {
    let trial = try DownloadTrial(known: 30_000) { number, start in
      number == 0
        ? Answer(status, Array("busy".utf8), headers: ["Retry-After: 1"])
        : Answer(Self.content, from: start ?? 0)
    }
    let start = ContinuousClock.now
    #expect(trial.run() == nil)
    #expect(ContinuousClock.now - start >= .seconds(1))
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests.count == 2)
  }

  @Test(arguments: [(500, 5), (502, 5), (504, 5), (404, 1), (403, 1), (501, 1)])
  func `what a status can change is asked for five times, anything else once`(
    _ status: Int, _ count: Int
  ) throws {
    let trial = try DownloadTrial(known: 30_000) { _, _ in Answer(status) }
    #expect(trial.run() == .refused(address: trial.address, status: status))
    #expect(trial.kept == 30_000)
    #expect(trial.server.requests.count == count)
  }

  @Test func `a wait of a day is the user's to decide`() throws {
    let trial = try DownloadTrial { _, _ in Answer(503, headers: ["Retry-After: 86400"]) }
    let error = trial.run()
    #expect(error == .busy(address: trial.address, status: 503, seconds: 86_400))
    #expect(
      error?.description == "\(trial.address): the server answered with status 503 and asks to "
        + "wait 86400 seconds")
    #expect(trial.server.requests.count == 1)
  }

  @Test func `a connection that comes to a halt is taken up`() throws {
    let trial = try DownloadTrial { number, start in
      var answer = Answer(Self.content, from: start ?? 0)
      if number == 0 {
        answer.limit = 30_000
        answer.stalls = true
      }
      return answer
    }
    #expect(trial.run(stall: 1) == nil)
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests.last == "GET /x HTTP/1.1 Range: bytes=30000-")
  }

  @Test func `a server that says nothing is given up in plain words`() throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      var answer = Answer(Self.content, from: start ?? 0)
      answer.limit = 0
      answer.stalls = true
      return answer
    }
    #expect(
      trial.run(stall: 1)?.description
        == "\(trial.address): broke off after 30000 bytes: less than 1000 bytes a second came for 1 "
        + "seconds")
    #expect(trial.kept == 30_000)
    #expect(trial.server.requests.count == 5)
  }
}

@Suite struct ContentRangeTests {
  @Test func `the place and the size are read`() {
    let part = ContentRange("bytes 100-299/1000")
    #expect(part?.start == 100 && part?.total == 1000)
    let open = ContentRange("Bytes 0-0/*")
    #expect(open?.start == 0 && open?.total == nil)
    let none = ContentRange("bytes */1000")
    #expect(none?.start == nil && none?.total == 1000)
    let largest = ContentRange("bytes 0-9223372036854775806/9223372036854775807")
    #expect(largest?.total == Int.max)
  }

  @Test(arguments: [
    "", "bytes", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10", "items 0-9/10", "bytes -9/10",
    "bytes 0-/10", "bytes +0-9/10", "bytes 0-9/10 x", "bytes 0-9/", "bytes 0-9/10/10",
    "bytes 0-9/9223372036854775808", "bytes 0-9223372036854775808/*",
  ])
  func `anything else is none`(_ text: String) {
    #expect(ContentRange(text) == nil)
  }
}
