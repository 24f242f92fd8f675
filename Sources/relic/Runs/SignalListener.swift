internal import Dispatch
internal import Foundation

/// Takes signals in place of what the system does at them.
///
/// A class because a signal has one listener.
final class SignalListener {
  private let numbers: [Int32]
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen; each signal that comes goes to `handler`.
  init(to numbers: [Int32], _ handler: @escaping @Sendable (_ number: Int32) -> Void) {
    self.numbers = numbers
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { handler(number) }
      source.resume()
      return source
    }
  }

  /// Whether the process was started so that it does not see a signal, as under nohup, where a
  /// terminal may close.
  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  deinit {
    for source in sources { source.cancel() }
    for number in numbers { signal(number, SIG_DFL) }
  }
}
