internal import Foundation
internal import RelicNN
internal import Synchronization

/// Where a command writes what its user reads.
struct Console: Sendable {
  /// Writes to standard output, exactly the text given.
  let write: @Sendable (_ text: String) -> Void

  /// Writes to standard error, exactly the text given.
  let writeError: @Sendable (_ text: String) -> Void

  /// Whether standard output is a terminal, where a line can be drawn over.
  let isTerminal: Bool

  /// Whether results, warnings and errors alone are shown.
  var isQuiet = false

  /// The console of this process.
  static let standard = Console(
    write: StandardOutput.write,
    writeError: { text in try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) },
    isTerminal: isatty(STDOUT_FILENO) == 1)

  /// The width of the terminal in characters.
  var columns: Int {
    var size = winsize()
    let status = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Where a command whose result goes to standard output tells how far it is: on a terminal the
  /// same place, for the lines vanish, otherwise standard error.
  var forProgress: Console {
    isTerminal
      ? self
      : Console(write: writeError, writeError: writeError, isTerminal: false, isQuiet: isQuiet)
  }

  /// The same without progress and remarks.
  var quiet: Console {
    let writeError = writeError
    return Console(
      write: write, writeError: { if !$0.hasPrefix("note: ") { writeError($0) } },
      isTerminal: isTerminal, isQuiet: true)
  }

  /// Writes lines that another program may read to standard output; on a terminal, names in them
  /// cannot command it.
  func write(data text: String) {
    guard isTerminal else { return write(text) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    write(lines.map { String($0).printable }.joined(separator: "\n"))
  }

  /// Says in a line what is being done or was; results are written whether told of or not.
  ///
  /// Names in it cannot command a terminal.
  func tell(_ text: String = "") { if !isQuiet { line(text.printable) } }

  /// Writes a line to standard output.
  func line(_ text: String = "") { write(text + "\n") }
}

/// Standard output, and whether all that was written arrived.
enum StandardOutput {
  private static let lost = Mutex<String?>(nil)

  /// Why some text was lost, or `nil` if none was.
  ///
  /// A reader that has closed its pipe has what it wanted: its text does not count as lost.
  static var failure: String? { lost.withLock { $0 } }

  /// Opens nothing in place of standard input, output and error where they were closed: a file that
  /// got one of their numbers would be written over by messages.
  static func openClosedDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one; without /dev/null it stays closed.
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }

  @Sendable static func write(_ text: String) {
    let failure = unsafe Array(text.utf8).withUnsafeBytes { unsafe writeAll($0, to: STDOUT_FILENO) }
    guard let failure, failure != EPIPE else { return }
    lost.withLock { $0 = systemReason(failure) }
  }
}
