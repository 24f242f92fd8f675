extension Pretraining {
  /// Returns the state of rank 0, to be trained by all.
  ///
  /// Each rank then hands the views of its own rows of every batch to ``advance(_:measuresAccuracy:)``,
  /// as ``BatchLoader/sharing(_:)`` gives them. The steps are, to rounding, those of one process with
  /// the whole batch.
  ///
  /// - Parameter ranks: Those that share the run; of a run of shards, a number that divides theirs.
  /// - Returns: The same state on every rank.
  /// - Throws: `CheckpointError` if rank 0 has another configuration or other ``images``.
  public consuming func shared(
    by ranks: any Communicator
  ) throws(CheckpointError) -> Pretraining {
    precondition(
      shards == 1 || shards % ranks.size == 0, "\(ranks.size) ranks cannot share \(shards) shards")
    var state = self
    if ranks.size > 1 {
      let own = ranks.rank == 0 ? state.checkpoint() : StateDict()
      let all = own.broadcast(by: ranks)
      if ranks.rank > 0 { state = try state.resumed(from: all) }
    }
    state.ranks = ranks
    return state
  }

  /// Compares everything that decides how the run goes on with what rank 0 has.
  func checkAgreement() throws(RankError) {
    guard ranks.size > 1 else { return }
    let all = ranks.gather(Array(checkpoint().checksum().utf8))
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    throw .drifted(rank: other, step: step)
  }
}
