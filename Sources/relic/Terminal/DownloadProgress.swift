/// The line that tells how a download is doing.
///
/// A class because whoever shows and who erases it have the same line.
final class DownloadProgress {
  private var display: StatusDisplay
  private let name: String
  private let start = ContinuousClock.now

  init(_ console: Console, name: String) {
    display = StatusDisplay(console)
    self.name = name
  }

  func show(received: Int, total: Int) {
    let megabytes = Double(received) / 1e6
    let speed = megabytes / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    display.show([
      name, "\(megabytes.fixed(1)) of \((Double(total) / 1e6).fixed(1)) MB",
      "\(speed.fixed(1)) MB/s",
    ])
  }

  func erase() { display.erase() }
}
