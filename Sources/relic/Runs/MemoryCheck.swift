internal import RelicNN

extension PretrainingConfiguration {
  /// Refuses a run for which the machine has too little memory, with the options to lower.
  ///
  /// - Parameters:
  ///   - encoder: The run's.
  ///   - begun: Whether the run has begun, so that its options stay.
  ///   - available: The memory in bytes.
  /// - Throws: What the run needs at least, if that is more.
  func checkMemory(
    of encoder: some EncoderNetwork, begun: Bool, available: Int = PhysicalMemory.bytes
  ) throws(UsageError) {
    let needed = MemoryEstimate(self, of: encoder)
    guard needed.total > available else { return }
    func gigabytes(_ bytes: Int) -> String { (Double(bytes) / 1e9).fixed(1) + " GB" }
    throw .conflict(
      "the run needs at least \(gigabytes(needed.total)) of memory, and there are "
        + gigabytes(available),
      remedy: begun ? "go on with it on a machine with more" : remedy(needed, encoder, available))
  }

  private func remedy(
    _ needed: MemoryEstimate, _ encoder: some EncoderNetwork, _ available: Int
  ) -> String {
    if needed.encoder > available { return "use a smaller encoder, or a machine with more" }
    if needed.encoder + needed.head > available {
      return "lower --proj-hidden-dim or --proj-out-dim"
    }
    let views = globalViews > 2 || localViews > 0 ? ", --num-global-views or --num-local-views" : ""
    var recomputing = self
    recomputing.recomputes = true
    let fits = MemoryEstimate(recomputing, of: encoder).total <= available
    return "lower --batch-size or --image-size" + views + (fits ? ", or add --recompute" : "")
  }
}
