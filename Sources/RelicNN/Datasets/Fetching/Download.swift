internal import Foundation

/// One file of a known size fetched over HTTP, continued where an earlier attempt stopped.
struct Download: Sendable {
  let address: String

  /// The file the bytes go to; what is there already is kept and continued.
  let path: String

  /// The bytes of the whole file.
  let size: Int

  /// Seconds to wait before the next attempt, per attempt made.
  var patience = 1.0

  /// Seconds after which a connection that brings next to nothing is broken off.
  var stall = 60

  /// The most seconds that are waited because the server asks for it.
  var longestWait = 120

  /// The attempts in a row that may bring next to nothing.
  private static let attempts = 5

  /// Fetches the file; `progress` gets the bytes there are and those there will be.
  ///
  /// A broken connection is taken up again where it broke off, and a server that is busy asked again,
  /// up to five times in a row without progress; bytes that were there before are none. A server that
  /// cannot be reached at all is not tried again. Bytes that came stay whatever happens.
  func run(
    progress: @escaping (_ received: Int, _ total: Int) -> Void
  ) throws(DownloadError) {
    guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https" else {
      throw .badAddress(address)
    }
    let file = try PartialFile(path: path)
    // The bytes of something else.
    if file.count > size { try file.shorten(to: 0) }
    guard let client = HTTPClient() else {
      throw .unreachable(address: address, reason: "out of memory")
    }
    var manner = RequestManner()
    var failures = 0
    var hasBegun = false
    while file.count < size {
      let before = file.count
      let ending = DownloadAttempt(self, file, manner, progress).run(client)
      if case .change(let next) = ending {
        manner = next
        continue
      }
      let isProgress = file.count - before >= leastProgress
      hasBegun = hasBegun || file.count > before
      if file.count == size || isProgress, case .answered = ending {
        failures = 0
        continue
      }
      failures = isProgress ? 1 : failures + 1
      let (error, wait) = setback(of: ending, hasBegun: hasBegun, received: file.count)
      guard let wait, failures < Self.attempts else { throw error }
      Thread.sleep(forTimeInterval: max(patience * Double(failures), Double(wait)))
    }
  }

  /// So that the attempts end even if each brings a byte.
  private var leastProgress: Int { min(1 << 14, size / 16) }

  /// Returns why an attempt did not bring the rest, and the seconds that the server asks to wait
  /// before the next, `nil` where none will help.
  private func setback(
    of ending: DownloadAttempt.Ending, hasBegun: Bool, received: Int
  ) -> (error: DownloadError, wait: Int?) {
    switch ending {
    case .answered, .change:
      let reason = "the answer ends there"
      return (.interrupted(address: address, received: received, reason: reason), 0)
    case .failed(let error):
      switch error {
      case .interrupted: return (error, 0)
      case .unreachable where hasBegun: return (error, 0)
      default: return (error, nil)
      }
    case .busy(let status, let wait):
      return wait > longestWait
        ? (.busy(address: address, status: status, seconds: wait), nil)
        : (.refused(address: address, status: status), wait)
    }
  }
}
