import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// A download from a server of any manners, into a folder of its own.
///
/// A class because it ends its server.
final class DownloadTrial {
  typealias Answer = LocalServer.Answer

  /// 70,000 bytes that begin as an archive does.
  static let content = {
    var random = Philox(seed: 9, purpose: .drawing)
    return [0x1f, 0x8b] + (0..<69_998).map { _ in UInt8(random.next32() >> 24) }
  }()

  let folder: TemporaryFolder
  let server: LocalServer
  let path: String

  /// Begins with the first `known` bytes of the content.
  init(
    known: Int = 0, answer: @escaping @Sendable (_ number: Int, _ start: Int?) -> Answer
  ) throws {
    folder = try TemporaryFolder()
    path = "\(folder.path)/partial"
    if known > 0 { try folder.write("partial", Self.content.prefix(known)) }
    server = try LocalServer(answer: answer)
  }

  deinit { server.stop() }

  var address: String { "http://127.0.0.1:\(server.port)/x" }

  /// Fetches `size` bytes and returns what went wrong.
  func run(
    size: Int = content.count, stall: Int = 60,
    progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) -> DownloadError? {
    do throws(DownloadError) {
      try Download(address: address, path: path, size: size, patience: 0, stall: stall)
        .run(progress: progress)
      return nil
    } catch {
      return error
    }
  }

  /// The number of bytes that are kept, 0 if there is no file, `nil` if they are not the content's.
  var kept: Int? {
    let bytes = FileManager.default.contents(atPath: path) ?? Data()
    return Self.content.starts(with: bytes) ? bytes.count : nil
  }
}

@Suite struct DownloadTests {
  typealias Answer = LocalServer.Answer

  static let content = DownloadTrial.content

  @Test func `a file comes whole, and progress is told from what was there`() throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      Answer(Self.content, from: start ?? 0)
    }
    var told: [Int] = []
    let error = trial.run {
      told.append($0)
      #expect($1 == 70_000)
    }
    #expect(error == nil)
    #expect(trial.kept == 70_000)
    #expect(told == told.sorted() && told.first.map { $0 > 30_000 } == true)
    #expect(told.last == 70_000)
    #expect(trial.server.requests == ["GET /x HTTP/1.1 Range: bytes=30000-"])
  }

  @Test func `a server without ranges that drops at alternating lengths is not asked for ever`()
    throws
  {
    let trial = try DownloadTrial { number, _ in
      // So that who asks for ever fails the test.
      if number > 50 { return Answer(404) }
      var answer = Answer(200, Self.content)
      answer.limit = number.isMultiple(of: 2) ? 30_000 : 20_000
      return answer
    }
    let error = trial.run()
    guard case .interrupted(trial.address, received: 30_000, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trial.kept == 30_000)
    #expect(trial.server.requests.count == 5)
  }

  @Test func `a server without ranges that gets further each time is asked until the end`() throws {
    let trial = try DownloadTrial { number, _ in
      var answer = Answer(200, Self.content)
      answer.limit = 8000 * (number + 1)
      return answer
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests.count == 9)
  }

  @Test func `a server that sends a byte at a time is not asked for ever`() throws {
    let trial = try DownloadTrial(known: 100) { _, start in
      let first = start ?? 0
      let range = "Content-Range: bytes \(first)-\(first)/70000"
      return Answer(206, [Self.content[first]], headers: [range])
    }
    let error = trial.run()
    #expect(
      error
        == .interrupted(address: trial.address, received: 105, reason: "the answer ends there"))
    #expect(trial.kept == 105)
  }

  @Test func `a part that begins before what is wanted is fitted in`() throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      Answer(Self.content, from: (start ?? 0) - 7000)
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
  }

  @Test(arguments: [37_000, nil])
  func `a part that begins beyond what is there, or nowhere, is left for the whole`(
    _ place: Int?
  ) throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      guard start != nil else { return Answer(Self.content, from: 0) }
      return place.map { Answer(Self.content, from: $0) } ?? Answer(206, Self.content)
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(
      trial.server.requests == ["GET /x HTTP/1.1 Range: bytes=30000-", "GET /x HTTP/1.1"])
  }

  @Test func `parts that are capped short are put together`() throws {
    let trial = try DownloadTrial { _, start in
      let first = start ?? 0
      let part = Self.content[first...].prefix(9000)
      let range = "Content-Range: bytes \(part.startIndex)-\(part.endIndex - 1)/70000"
      return first == 0
        ? {
          var answer = Answer(200, Self.content)
          answer.limit = 9000
          return answer
        }()
        : Answer(206, Array(part), headers: [range])
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests.count == 8)
  }

  static let page = Array("<!DOCTYPE html><title>Log in</title>".utf8)

  @Test(arguments: [0, 30_000], ["announced", "not announced", "redirected"])
  func `a login page in place of the archive takes nothing away`(
    _ known: Int, _ way: String
  ) throws {
    let trial = try DownloadTrial(known: known) { number, _ in
      if way == "redirected" && number == 0 { return Answer(302, headers: ["Location: /login"]) }
      var answer = Answer(200, Self.page, headers: ["Content-Type: text/html; charset=utf-8"])
      if way == "not announced" { answer.length = nil }
      return answer
    }
    let size = way == "not announced" ? nil : Self.page.count
    #expect(trial.run() == .foreign(address: trial.address, type: "text/html", size: size))
    #expect(trial.kept == known)
    #expect(FileManager.default.fileExists(atPath: trial.path) == (known > 0))
  }

  @Test func `a page as long as the archive takes nothing away`() throws {
    let trial = try DownloadTrial(known: 1) { _, _ in
      Answer(200, Array(repeating: 60, count: 70_000))
    }
    #expect(trial.run() == .foreign(address: trial.address, type: nil, size: 70_000))
    #expect(trial.kept == 1)
  }

  @Test(arguments: [true, false])
  func `a range that a server refuses is left for the whole`(_ tellsSize: Bool) throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      start == nil
        ? Answer(Self.content, from: 0)
        : Answer(416, headers: tellsSize ? ["Content-Range: bytes */70000"] : [])
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests.count == 2)
  }

  @Test(arguments: [200, 206, 416])
  func `a file of another size takes nothing away`(_ status: Int) throws {
    let trial = try DownloadTrial(known: 30_000) { _, start in
      switch status {
      case 200: Answer(200, Array(Self.content.prefix(50_000)))
      case 206: Answer(Array(Self.content.prefix(50_000)), from: start ?? 0)
      default: Answer(416, headers: ["Content-Range: bytes */50000"])
      }
    }
    #expect(trial.run() == .foreign(address: trial.address, type: nil, size: 50_000))
    #expect(trial.kept == 30_000)
  }

  @Test func `an answer that ends early without a length is taken up`() throws {
    let trial = try DownloadTrial { _, start in
      var answer = Answer(Self.content, from: start ?? 0)
      answer.length = nil
      answer.limit = 30_000
      return answer
    }
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(
      trial.server.requests.map { $0.replacing("GET /x HTTP/1.1", with: "") }
        == ["", " Range: bytes=30000-", " Range: bytes=60000-"])
  }

  @Test func `other bytes than those that are there take nothing away`() throws {
    let trial = try DownloadTrial(known: 30_000) { _, _ in
      var other = Self.content
      other[20_000] ^= 1
      return Answer(200, other)
    }
    #expect(
      trial.run() == .differs(address: trial.address, path: trial.path, offset: 20_000))
    #expect(trial.kept == 30_000)
  }

  @Test func `a file that is longer than the archive is begun anew`() throws {
    let trial = try DownloadTrial { _, start in Answer(Self.content, from: start ?? 0) }
    try trial.folder.write("partial", Array(repeating: 7, count: 70_001))
    #expect(trial.run() == nil)
    #expect(trial.kept == 70_000)
    #expect(trial.server.requests == ["GET /x HTTP/1.1"])
  }

  @Test func `a server that announces more than it has cannot keep the download waiting`() throws {
    let trial = try DownloadTrial { number, start in
      if number > 50 { return Answer(404) }
      let there = Array(Self.content.prefix(69_500))
      var answer = Answer(there, from: start ?? 0)
      if answer.status == 416 { answer.headers = [] }
      if answer.status == 200 { answer.length = 70_000 }
      return answer
    }
    guard case .interrupted(trial.address, received: 69_500, _) = trial.run() else {
      Issue.record("it did not end as broken off")
      return
    }
    #expect(trial.kept == 69_500)
  }

  @Test(arguments: [true, false])
  func `more than the archive's size is refused, announced or not`(_ isAnnounced: Bool) throws {
    let trial = try DownloadTrial(known: 300) { _, start in
      var answer = Answer(200, Array(Self.content.prefix(2000)))
      if !isAnnounced { answer.length = nil }
      return answer
    }
    #expect(trial.run(size: 1000) == .tooLarge(address: trial.address, limit: 1000))
    #expect(trial.kept == 300)
  }

  @Test(arguments: ["9223372036854775807", "18446744073709551616"])
  func `a length beyond every number is refused`(_ length: String) throws {
    let trial = try DownloadTrial(known: 30_000) { _, _ in
      var answer = Answer(200, Self.content + [0], headers: ["Content-Length: \(length)"])
      answer.length = nil
      return answer
    }
    #expect(trial.run() == .tooLarge(address: trial.address, limit: 70_000))
    #expect(trial.kept == 30_000)
  }

  @Test func `a server that is not there is not waited for`() throws {
    let port = try SilentPort()
    let folder = try TemporaryFolder()
    let address = "http://127.0.0.1:\(port.number)/x"
    let download = Download(
      address: address, path: "\(folder.path)/partial", size: 1000, patience: 1000)
    let error = #expect(throws: DownloadError.self) { try download.run { _, _ in } }
    #expect(error?.description.hasPrefix("\(address): no server was reached: ") == true)
    #expect(try folder.names() == [])
  }
}
