/// The line that tells how far a piece of work is: a bar, how fast it goes and the time left.
struct WorkProgress {
  private var display: StatusDisplay
  private let isTerminal: Bool
  private let name: String
  private let total: Int
  private let unit: String
  private let isLimit: Bool
  private let start = ContinuousClock.now

  /// Prepares the line of a piece of work.
  ///
  /// - Parameters:
  ///   - console: Where it is shown.
  ///   - name: What is being done, or to what.
  ///   - total: How many parts it has.
  ///   - unit: What they are called, many of them.
  ///   - isLimit: Whether it may end before all are done.
  init(
    _ console: Console, _ name: String, of total: Int, _ unit: String, isLimit: Bool = false
  ) {
    display = StatusDisplay(console)
    isTerminal = console.isTerminal
    self.name = name
    self.total = total
    self.unit = unit
    self.isLimit = isLimit
  }

  /// Shows that so many parts are done, if enough time has passed since it was shown last; `remark`
  /// says more of them.
  mutating func show(_ done: Int, _ remark: String? = nil) {
    let shown = fields(done) + [remark].compactMap { $0 }
    display.show(shown)
  }

  private func fields(_ done: Int) -> [String] {
    let rate = Double(done) / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    let bar = isTerminal ? " " + Self.bar(Double(done) / Double(max(total, 1))) : ""
    return [
      "\(name):\(bar) \(done)/\(total) \(unit)", "\(rate.fixed(rate < 10 ? 1 : 0)) \(unit)/s",
      "\((Double(total - done) / rate).duration) left\(isLimit ? " at most" : "")",
    ]
  }

  /// Leaves on the terminal what was shown last.
  mutating func keep() { display.keep() }

  /// Removes from the terminal what was shown last.
  mutating func erase() { display.erase() }

  /// Returns a bar of which so large a share is filled.
  static func bar(_ share: Double) -> String {
    let width = 20
    let filled = Int((max(0, min(1, share)) * Double(width)).rounded(.down))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: width - filled) + "]"
  }
}
