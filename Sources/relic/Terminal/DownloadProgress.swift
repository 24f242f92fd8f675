/// The line that tells how a download is doing.
///
/// A class because whoever shows and who erases it have the same line.
final class DownloadProgress {
  private var display: StatusDisplay
  private let isTerminal: Bool
  private let name: String
  /// What was there before, of a download that is continued.
  private var first: Int?
  private let start = ContinuousClock.now

  init(_ console: Console, name: String) {
    display = StatusDisplay(console)
    isTerminal = console.isTerminal
    self.name = name
  }

  func show(received: Int, total: Int) {
    if received >= total { return showUnpacking() }
    let began = first ?? received
    first = began
    let rate = Double(received - began) / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    let bar = isTerminal ? " " + WorkProgress.bar(Double(received) / Double(total)) : ""
    display.show([
      "\(name):\(bar) \((Double(received) / 1e6).fixed(1)) of \((Double(total) / 1e6).fixed(1)) MB",
      "\((rate / 1e6).fixed(1)) MB/s", "\((Double(total - received) / rate).duration) left",
    ])
  }

  /// Says that all has come, which is read once for its digest and once to be unpacked.
  func showUnpacking() {
    if isTerminal { display.show(["\(name): checking and unpacking"], always: true) }
  }

  func erase() { display.erase() }
}
