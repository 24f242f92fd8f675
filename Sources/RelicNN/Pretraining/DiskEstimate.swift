/// The disk that a run's folder takes, in bytes.
package struct DiskEstimate: Equatable, Sendable {
  /// A checkpoint: both networks and Adam's two moments.
  package let checkpoint: Int
  /// The target encoder alone.
  package let encoder: Int
  /// The lines of all steps.
  package let metrics: Int

  private static let bytesPerLine = 400

  /// The most that lies there at once: the newest checkpoint and the one before it, or one that is
  /// being written in its place, and likewise the encoder.
  package var total: Int { 2 * checkpoint + 2 * encoder + metrics }

  /// Counts what a run writes.
  ///
  /// - Parameters:
  ///   - memory: What the run takes in memory, where the same weights lie.
  ///   - steps: All of its steps.
  package init(of memory: MemoryEstimate, steps: Int) {
    // Gradients of the head are in memory and not in a checkpoint.
    checkpoint = memory.encoder + memory.head / 5 * 4
    encoder = memory.encoder / 4
    metrics = Self.bytesPerLine * steps
  }
}
