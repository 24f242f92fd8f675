internal import RelicNN

/// A command that several ranks carry out together; each calls `run`, and rank 0 writes and speaks.
protocol SharedCommand: Command {
  /// The ranks, one unless a launcher has started more.
  var ranks: any Communicator { get set }
}

extension Console {
  /// The console of the ranks that do not speak.
  static let silent = Console(write: { _ in }, writeError: { _ in }, isTerminal: false)
}

extension Communicator {
  /// Calls `work` on rank 0, then on a rank of every other machine, then on all others: each finds what
  /// the ones before it have left on a disk that they share.
  func inTurns(_ work: () throws -> Void) throws {
    guard size > 1 else { return try work() }
    let hosts = gather(Array(ProgramRanks.host.utf8))
    let isFirst = hosts.firstIndex(of: hosts[rank]) == rank
    let turn = rank == 0 ? 0 : isFirst ? 1 : 2
    for now in 0..<3 {
      if now == turn { try work() }
      wait()
    }
  }
}
