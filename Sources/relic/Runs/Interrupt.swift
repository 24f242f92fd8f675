internal import Dispatch
internal import Foundation
internal import RelicNN
internal import Synchronization

/// Ctrl-C and other signals that ask to end, as a request that a loop reads between two steps.
///
/// A class because a signal has one listener.
final class Interrupt {
  private static let requested = Atomic(false)
  /// Whether one of `urgent` has come.
  private static let isUrged = Atomic(false)
  /// Signals by which a person or a system asks, the second time to end at once.
  private static let urgent = [SIGINT, SIGTERM]
  /// Signals of a terminal that closes and of batch systems before their limit of time, which may
  /// come more than once.
  private static let patient = [SIGHUP, SIGUSR1]
  /// The status that a shell reports of a program that Ctrl-C has ended.
  static let code: Int32 = 130
  private let sources: [any DispatchSourceSignal]
  private let numbers: [Int32]

  /// Starts to listen.
  ///
  /// The first signal says so and sets ``isRequested``; the second Ctrl-C or terminating signal ends
  /// the program.
  init(_ console: Console) {
    Self.requested.store(false, ordering: .relaxed)
    Self.isUrged.store(false, ordering: .relaxed)
    // Under nohup a terminal may close.
    let listened = Self.urgent + Self.patient.filter { !Self.isIgnored($0) }
    numbers = listened
    sources = listened.map { number in
      let isUrgent = Self.urgent.contains(number)
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if isUrgent, Self.isUrged.exchange(true, ordering: .relaxed) {
          console.writeError("\nended before the step was saved; the last checkpoint stays\n")
          AtomicFile.exitLeavingNone(code: Self.code)
        }
        if Self.requested.exchange(true, ordering: .relaxed), !isUrgent { return }
        console.writeError(
          "\ninterrupted: the step is being finished and saved; once more ends at once\n")
      }
      source.resume()
      return source
    }
  }

  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// Whether the user has asked to end.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }

  deinit {
    for source in sources { source.cancel() }
    for number in numbers { signal(number, SIG_DFL) }
  }
}

/// A command that the user ended early; its work so far is saved.
struct Interruption: Error, CustomStringConvertible {
  /// How to go on.
  let description: String
}
