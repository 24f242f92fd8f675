/// Text that changes in place on a terminal, and comes as a line now and then anywhere else.
struct StatusDisplay {
  private static let secondsBetweenDrawings = 0.1
  private static let secondsBetweenLines = 60.0

  private let console: Console
  private var linesDrawn = 0
  private var lastShown: ContinuousClock.Instant

  init(_ console: Console) {
    self.console = console
    lastShown = console.isTerminal ? .now - .seconds(Self.secondsBetweenDrawings) : .now
  }

  /// Shows the fields if enough time has passed since the last ones, or in any case.
  mutating func show(_ fields: @autoclosure () -> [String], always: Bool = false) {
    if console.isQuiet { return }
    let now = ContinuousClock.now
    let pause = console.isTerminal ? Self.secondsBetweenDrawings : Self.secondsBetweenLines
    if !always, now - lastShown < .seconds(pause) { return }
    lastShown = now
    if console.isTerminal {
      erase()
      let lines = Self.broken(fields(), width: console.columns - 1)
      console.write(lines.joined(separator: "\n"))
      linesDrawn = lines.count
    } else {
      console.line(fields().joined(separator: "  "))
    }
  }

  /// Leaves on the terminal what was shown last.
  mutating func keep() {
    if linesDrawn > 0 { console.line() }
    linesDrawn = 0
  }

  /// Removes from the terminal what was shown last.
  mutating func erase() {
    guard linesDrawn > 0 else { return }
    let up = linesDrawn > 1 ? "\u{1b}[\(linesDrawn - 1)A" : ""
    console.write("\r" + up + "\u{1b}[J")
    linesDrawn = 0
  }

  /// The fields in as few lines of at most `width` characters as possible.
  static func broken(_ fields: [String], width: Int) -> [String] {
    var lines: [String] = []
    for field in fields {
      if let last = lines.last, last.count + 2 + field.count <= width {
        lines[lines.count - 1] = last + "  " + field
      } else {
        lines.append(String(field.prefix(max(width, 1))))
      }
    }
    return lines
  }
}
