internal import Dispatch
internal import Foundation
internal import RelicNN

/// While files are written that are of use as a whole alone, Ctrl-C and other signals that ask to
/// end do so at once and leave none of them.
///
/// A class because a signal has one listener.
final class PromptEnd {
  private let numbers: [Int32]
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen.
  init() {
    // Under nohup a terminal may close.
    numbers = [SIGINT, SIGTERM] + (Interrupt.isIgnored(SIGHUP) ? [] : [SIGHUP])
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // As a shell reports a program that the signal has ended.
      source.setEventHandler { AtomicFile.exitLeavingNone(code: 128 + number) }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in numbers { signal(number, SIG_DFL) }
  }
}
