internal import Dispatch
internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// One file fetched over HTTP, continued where an earlier attempt stopped.
struct Download: Sendable {
  let address: String

  /// The file the bytes go to; what is there already is kept and continued.
  let path: String

  /// The most bytes the file may have.
  let limit: Int

  /// Seconds to wait before the next attempt, per attempt made.
  var patience = 1.0

  private static let attempts = 5

  /// Fetches the file; `progress` gets the bytes there are and, if known, the bytes there will be.
  ///
  /// A broken connection is taken up again by a range request, up to five times in a row without
  /// progress; a server that cannot be reached at all is not tried again.
  func run(
    progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) throws(DownloadError) {
    guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https" else {
      throw .badAddress(address)
    }
    var failures = 0
    var hasBegun = false
    while true {
      let before = size
      let transfer = try Transfer(self, from: before, progress)
      guard let failure = transfer.run(url) else { return }
      if size == 0 { try? FileManager.default.removeItem(atPath: path) }
      hasBegun = hasBegun || size > before
      switch failure {
      case .interrupted: break
      case .unreachable where hasBegun: break
      default: throw failure
      }
      failures = size > before ? 1 : failures + 1
      if failures >= Self.attempts { throw failure }
      Thread.sleep(forTimeInterval: patience * Double(failures))
    }
  }

  /// The bytes there are.
  private var size: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? Int) ?? 0
  }
}

/// One attempt: a class because URLSession reports to an object.
// Sendable: the session calls it from one serial queue, and its state is behind a mutex.
private final class Transfer: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var file: FileHandle
    var received: Int
    var total: Int?
    var failure: DownloadError?
  }

  private let download: Download
  private let start: Int
  private let progress: @Sendable (Int, Int?) -> Void
  private let state: Mutex<State>
  private let done = DispatchSemaphore(value: 0)

  init(
    _ download: Download, from start: Int, _ progress: @escaping @Sendable (Int, Int?) -> Void
  ) throws(DownloadError) {
    if !FileManager.default.fileExists(atPath: download.path) {
      _ = FileManager.default.createFile(atPath: download.path, contents: nil)
    }
    guard let file = FileHandle(forUpdatingAtPath: download.path) else {
      throw .cannotWrite(path: download.path, reason: "the file cannot be opened")
    }
    self.download = download
    self.start = start
    self.progress = progress
    state = Mutex(State(file: file, received: start))
  }

  /// Returns `nil` when the file is complete.
  func run(_ url: URL) -> DownloadError? {
    let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
    var request = URLRequest(url: url, timeoutInterval: 60)
    // The stored bytes are the archive's own: no transport compression.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if start > 0 { request.setValue("bytes=\(start)-", forHTTPHeaderField: "Range") }
    session.dataTask(with: request).resume()
    done.wait()
    session.finishTasksAndInvalidate()
    return state.withLock { state in
      try? state.file.close()
      if state.failure == nil, let total = state.total, state.received < total {
        return .interrupted(
          address: download.address, received: state.received,
          reason: "\(total) bytes were announced")
      }
      return state.failure
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let length = response.expectedContentLength >= 0 ? Int(response.expectedContentLength) : nil
    let isAccepted = state.withLock { state in
      switch status {
      case 200: state.received = 0
      case 206: break
      // Nothing lies beyond what is there: the checksum tells whether it is the whole.
      case 416 where start > 0: return false
      default:
        state.failure = .refused(address: download.address, status: status)
        return false
      }
      if let length, length > download.limit - state.received {
        state.failure = .tooLarge(address: download.address, limit: download.limit)
        return false
      }
      state.total = length.map { state.received + $0 }
      do {
        try state.file.truncate(atOffset: UInt64(state.received))
        try state.file.seek(toOffset: UInt64(state.received))
      } catch {
        state.failure = .cannotWrite(path: download.path, reason: "\(error)")
        return false
      }
      return true
    }
    completionHandler(isAccepted ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let (received, total, failed) = state.withLock { state in
      if state.failure == nil, state.received + data.count > download.limit {
        state.failure = .tooLarge(address: download.address, limit: download.limit)
      }
      if state.failure == nil {
        do {
          try state.file.write(contentsOf: data)
          state.received += data.count
        } catch {
          state.failure = .cannotWrite(path: download.path, reason: "\(error)")
        }
      }
      return (state.received, state.total, state.failure != nil)
    }
    if failed { dataTask.cancel() } else { progress(received, total) }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    state.withLock { state in
      let isComplete = (task.response as? HTTPURLResponse)?.statusCode == 416 && start > 0
      if let error, state.failure == nil, !isComplete {
        let unreachable: [URLError.Code] = [
          .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost,
        ]
        let reason = error.localizedDescription
        state.failure =
          unreachable.contains((error as? URLError)?.code ?? .unknown)
          ? .unreachable(address: download.address, reason: reason)
          : .interrupted(address: download.address, received: state.received, reason: reason)
      }
    }
    done.signal()
  }
}
