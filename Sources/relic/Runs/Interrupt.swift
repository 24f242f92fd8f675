internal import Dispatch
internal import Foundation
internal import RelicNN
internal import Synchronization

/// Ctrl-C and the signals of terminals and schedulers as a request that a loop reads between two steps.
///
/// A class because a signal has one listener.
final class Interrupt {
  private static let requested = Atomic(false)
  /// What a shell tells of a program that Ctrl-C has ended.
  static let code: Int32 = 130
  private let sources: [any DispatchSourceSignal]

  /// A closed terminal, and the notice that schedulers give.
  private static let notices = [SIGHUP, SIGUSR1]

  /// Starts to listen.
  ///
  /// The first signal says so and sets ``isRequested``; the next ends the program if it is Ctrl-C or
  /// the terminating one.
  init(_ console: Console) {
    Self.requested.store(false, ordering: .relaxed)
    sources = ([SIGINT, SIGTERM] + Self.notices).map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if Self.requested.exchange(true, ordering: .relaxed) {
          if Self.notices.contains(number) { return }
          console.writeError("\nended before the step was saved; the last checkpoint stays\n")
          AtomicFile.exitLeavingNone(code: Self.code)
        }
        console.writeError(
          "\ninterrupted: the step is being finished and saved; once more ends at once\n")
      }
      source.resume()
      return source
    }
  }

  /// Whether the user has asked to end.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] + Self.notices { signal(number, SIG_DFL) }
  }
}

/// A command that the user ended early; its work so far is saved.
struct Interruption: Error, CustomStringConvertible {
  /// How to go on.
  let description: String
}
