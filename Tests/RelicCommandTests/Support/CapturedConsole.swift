import Synchronization

@testable import relic

/// What a command line printed, and how it ended.
struct Captured: Equatable {
  var output = ""
  var error = ""
  var code = ExitCode.success

  /// Carries out a command line in this process without a terminal.
  static func run(_ arguments: String...) -> Captured { run(arguments) }

  /// Carries out a command line in this process without a terminal.
  static func run(_ arguments: [String]) -> Captured {
    var code = ExitCode.success
    var captured = with { code = Relic.run(arguments, $0) }
    captured.code = code
    return captured
  }

  /// Returns what `body` writes to a console that is no terminal.
  static func with(_ body: (Console) throws -> Void) rethrows -> Captured {
    let texts = Texts()
    try body(
      Console(
        write: { text in texts.all.withLock { $0.output += text } },
        writeError: { text in texts.all.withLock { $0.error += text } }, isTerminal: false))
    return texts.all.withLock { Captured(output: $0.output, error: $0.error) }
  }

  // A class because the console's two closures write to the same texts.
  private final class Texts: Sendable {
    let all = Mutex<(output: String, error: String)>(("", ""))
  }
}
