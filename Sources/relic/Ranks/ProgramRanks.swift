internal import Foundation
internal import RelicNN

#if RELIC_MPI
  internal import RelicMPI
#endif

/// The ranks that this process is one of, from its start to its end.
enum ProgramRanks {
  /// Joins the processes that were started together; one started by itself is the only rank.
  static func start(as launcher: Launcher?) throws(LaunchError) -> any Communicator {
    guard let launcher, launcher.size > 1 else { return OneRank() }
    #if RELIC_MPI
      guard let ranks = MPIRanks.start() else { throw .notStarted }
      guard ranks.size == launcher.size else {
        MPIRanks.end(code: 0)
        throw .otherLibrary(launcher)
      }
      return ranks
    #else
      throw .withoutMPI(launcher)
    #endif
  }

  /// Ends this process.
  ///
  /// - Parameters:
  ///   - code: Its exit status.
  ///   - ranks: Those it is one of.
  ///   - waits: Whether all of them end now, each after what it has to do; else this one ends them.
  static func exit(_ code: Int32, _ ranks: any Communicator, waiting waits: Bool) -> Never {
    #if RELIC_MPI
      if ranks.size > 1 {
        if waits { MPIRanks.end(code: code) } else { MPIRanks.abort(code: code) }
      }
    #endif
    Foundation.exit(code)
  }

  /// Waits until rank 0, and those between, have had time to say what ends them, so that what has met
  /// all ranks is said once.
  static func letOthersSpeak(before rank: Int) {
    if rank > 0 { Thread.sleep(forTimeInterval: 1 + min(0.05 * Double(rank), 4)) }
  }

  /// Waits for the end that another rank, which has failed, brings.
  static func waitForEnd() { Thread.sleep(forTimeInterval: 10) }

  /// The name of this machine.
  static var host: String {
    let name = try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
    return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
  }
}
