internal import Foundation
internal import RelicNN

/// While files are written that are of use as a whole alone, Ctrl-C and other signals that ask to
/// end do so at once and leave none of them.
struct PromptEnd {
  private let listener: SignalListener

  /// Starts to listen.
  init() {
    let terminal = SignalListener.isIgnored(SIGHUP) ? [] : [SIGHUP]
    listener = SignalListener(to: [SIGINT, SIGTERM] + terminal) { number in
      // As a shell reports a program that the signal has ended.
      AtomicFile.exitLeavingNone(code: 128 + number)
    }
  }
}
