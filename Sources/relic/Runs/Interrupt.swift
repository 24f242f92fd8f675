internal import Foundation
internal import RelicNN
internal import Synchronization

/// Ctrl-C and other signals that ask to end, as a request that a loop reads between two steps.
///
/// A class because its requests are of one process.
final class Interrupt {
  private static let requested = Atomic(false)
  /// Whether one of `urgent` has come.
  private static let isUrged = Atomic(false)
  /// Signals by which a person or a system asks, the second time to end at once.
  private static let urgent = [SIGINT, SIGTERM]
  /// Signals of a terminal that closes and of batch systems before their limit of time, which may
  /// come more than once.
  private static let patient = [SIGHUP, SIGUSR1]
  private let listener: SignalListener

  /// Starts to listen.
  ///
  /// The first signal says so and sets ``isRequested``; the second Ctrl-C or terminating signal ends
  /// the program.
  init(_ console: Console) {
    Self.requested.store(false, ordering: .relaxed)
    Self.isUrged.store(false, ordering: .relaxed)
    let patient = Self.patient.filter { !SignalListener.isIgnored($0) }
    listener = SignalListener(to: Self.urgent + patient) { number in
      let isUrgent = Self.urgent.contains(number)
      if isUrgent, Self.isUrged.exchange(true, ordering: .relaxed) {
        console.writeError("\nended before the step was saved; the last checkpoint stays\n")
        AtomicFile.exitLeavingNone(code: 128 + SIGINT)
      }
      if Self.requested.exchange(true, ordering: .relaxed), !isUrgent { return }
      console.writeError(
        "\ninterrupted: the step is being finished and saved; once more ends at once\n")
    }
  }

  /// Whether the user has asked to end.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }
}

/// A command that the user ended early; its work so far is saved.
struct Interruption: Error, CustomStringConvertible {
  /// How to go on.
  let description: String
}
