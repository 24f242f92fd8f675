internal import Synchronization

/// The training step under way on this thread, as far as ranks share it.
///
/// Normalisations ask it for the moments of the rows that other ranks have; so whatever encoder is
/// made of them is right over several ranks. Outside of a step there is one rank.
// A class because what a step knows of itself changes while it is bound to the thread.
final class SharedStep: Sendable {
  @TaskLocal static var current = SharedStep(OneRank())

  let ranks: any Communicator
  private let isLast = Atomic(false)

  init(_ ranks: any Communicator) { self.ranks = ranks }

  /// Says that the backward pass that comes is the last that adds to gradients.
  func beginLastPass() { isLast.store(true, ordering: .relaxed) }

  /// Where sums of gradients that are whole are begun, or `nil` if none can be yet.
  var background: BackgroundSums? {
    ranks.size > 1 && isLast.load(ordering: .relaxed) ? ranks.background : nil
  }
}
