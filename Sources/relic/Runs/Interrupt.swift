internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C and the terminating signal as a request that a loop reads between two steps.
///
/// A class because a signal has one listener.
final class Interrupt {
  private static let requested = Atomic(false)
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen.
  ///
  /// The first signal only sets ``isRequested``; the next ends the program.
  init() {
    Self.requested.store(false, ordering: .relaxed)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        Self.requested.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
      source.resume()
      return source
    }
  }

  /// Whether the user has asked to end.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}

/// A command that the user ended early; its work so far is saved.
struct Interruption: Error, CustomStringConvertible {
  /// How to go on.
  let description: String
}
