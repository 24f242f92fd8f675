/// How a server is asked for a file.
struct RequestManner: Equatable {
  /// What is made of a body that is said to be compressed for the way.
  enum Reading {
    /// As it is if it has the file's length: many servers say so of every `.gz`.
    case byLength
    case decoded
    case asSent
  }

  /// Whether only the bytes that are missing are asked for.
  var usesRange = true
  var reading = Reading.byLength
}

/// One request for the bytes that a download lacks.
///
/// Nothing of an answer is kept before it is known to be of the file: its length, its place, its
/// first bytes and those that are there already must agree. A class because the client calls back.
final class DownloadAttempt {
  /// How an attempt ended.
  enum Ending: Error {
    /// The answer was whole: the file, or a part of it.
    case answered
    /// The server must be asked in another way.
    case change(RequestManner)
    case failed(DownloadError)
    /// The server may do better after so many seconds.
    case busy(status: Int, wait: Int)
  }

  /// The first bytes of every archive, RFC 1952: a page that stands in the archive's place, such as
  /// that of a network's login, has others.
  private static let signature: [UInt8] = [0x1f, 0x8b]

  private static let asSent = Ending.change(RequestManner(reading: .asSent))

  private let download: Download
  private let file: PartialFile
  private let manner: RequestManner
  private let progress: (Int, Int) -> Void
  private let before: Int
  /// Where the next byte belongs, `nil` until the answer is known to be of use.
  private var place: Int?
  private var ending: Ending?

  init(
    _ download: Download, _ file: PartialFile, _ manner: RequestManner,
    _ progress: @escaping (Int, Int) -> Void
  ) {
    self.download = download
    self.file = file
    self.manner = manner
    self.progress = progress
    before = file.count
  }

  func run(_ client: HTTPClient) -> Ending {
    let request = HTTPClient.Request(
      address: download.address, start: manner.usesRange && before > 0 ? before : nil,
      isDecoded: manner.reading == .decoded, stall: download.stall)
    let (answer, failure) = client.get(request) { [self] answer, bytes in
      do throws(Ending) {
        try take(bytes, of: answer)
        return true
      } catch {
        ending = error
        return false
      }
    }
    if let ending { return ending }
    // An answer without a body has not been looked at yet.
    if let answer, place == nil {
      do throws(Ending) { _ = try start(of: answer) } catch { return error }
    }
    switch failure {
    case nil: return .answered
    case .unreachable(let reason):
      return .failed(.unreachable(address: download.address, reason: reason))
    // As it was sent it may still be in a coding of the transfer that nothing is known of.
    case .undecodable where place == nil && manner.reading != .asSent: return Self.asSent
    case .undecodable(let reason), .interrupted(let reason):
      return .failed(
        .interrupted(address: download.address, received: file.count, reason: reason))
    }
  }

  private func take(_ bytes: [UInt8], of answer: HTTPAnswer) throws(Ending) {
    let place = if let place { place } else { try start(of: answer) }
    for (expected, found) in zip(Self.signature.dropFirst(place), bytes) where expected != found {
      throw unlike(answer)
    }
    do throws(DownloadError) {
      try keep(bytes, at: place)
    } catch {
      throw .failed(error)
    }
    self.place = place + bytes.count
    progress(file.count, download.size)
  }

  private func keep(_ bytes: [UInt8], at place: Int) throws(DownloadError) {
    guard bytes.count <= download.size - place else {
      // What came before the excess is no more to be trusted.
      try file.shorten(to: before)
      throw .tooLarge(address: download.address, limit: download.size)
    }
    if let difference = try file.take(bytes, at: place) {
      throw .differs(address: download.address, path: download.path, offset: difference)
    }
  }

  /// Returns where the first byte of an answer's body belongs.
  private func start(of answer: HTTPAnswer) throws(Ending) -> Int {
    let total: Int?
    switch answer.status {
    case 200: total = answer.length
    case 206, 416: total = answer.range?.total
    case 408, 429, 500, 502, 503, 504:
      throw .busy(status: answer.status, wait: answer.wait)
    default: throw .failed(.refused(address: download.address, status: answer.status))
    }
    if answer.isEncoded, manner.reading == .byLength, total != download.size {
      throw .change(RequestManner(usesRange: false, reading: .decoded))
    }
    if let total, total != download.size, manner.reading != .decoded {
      throw .failed(
        total > download.size
          ? .tooLarge(address: download.address, limit: download.size) : foreign(answer))
    }
    if answer.status == 200 { return 0 }
    if answer.status == 206, let start = answer.range?.start, start <= before { return start }
    // No range was sent, or it begins beyond what is there.
    if manner.usesRange { throw .change(RequestManner(usesRange: false, reading: manner.reading)) }
    throw .failed(.refused(address: download.address, status: answer.status))
  }

  /// What is done about an answer that begins unlike an archive.
  private func unlike(_ answer: HTTPAnswer) -> Ending {
    manner.reading == .decoded && answer.type != "text/html"
      ? Self.asSent : .failed(foreign(answer))
  }

  private func foreign(_ answer: HTTPAnswer) -> DownloadError {
    .foreign(
      address: download.address, type: answer.type,
      size: answer.status == 200 ? answer.length : answer.range?.total)
  }
}
