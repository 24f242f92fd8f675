internal import Synchronization

/// The line that tells how a download is doing.
///
/// A class because the download reports from a thread of its own.
final class DownloadProgress: Sendable {
  private let display: Mutex<StatusDisplay>
  private let name: String
  private let start = ContinuousClock.now

  init(_ console: Console, name: String) {
    display = Mutex(StatusDisplay(console))
    self.name = name
  }

  func show(received: Int, total: Int?) {
    let megabytes = Double(received) / 1e6
    let speed = megabytes / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    display.withLock { display in
      display.show([
        name, "\(megabytes.fixed(1)) of \(total.map { (Double($0) / 1e6).fixed(1) } ?? "?") MB",
        "\(speed.fixed(1)) MB/s",
      ])
    }
  }

  func erase() { display.withLock { $0.erase() } }
}
