internal import RelicNN
internal import Synchronization

/// Tells, once each, of the images that were passed over.
///
/// A class because training and the evaluations made meanwhile share what has been told.
final class SkippedImages: Sendable {
  private let console: Console
  private let told = Mutex<Set<String>>([])

  init(_ console: Console) { self.console = console }

  /// Names the images that have not been named before.
  func tell(_ errors: [UnreadableImage]) {
    for line in errors.map(Remedies.message(forSkipped:))
    where told.withLock({ $0.insert(line).inserted }) {
      console.writeError("warning: \(line.printable)\n")
    }
  }
}
