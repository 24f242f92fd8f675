/// What has started this process as one of several: `mpirun`, or a batch system in its place.
struct Launcher: Equatable {
  /// What it is called in an error.
  let name: String
  /// The place of this process among them, from 0.
  let rank: Int
  let size: Int

  /// What each tells the processes that it starts, by variables of their environment.
  private static let signs: [(name: String, rank: String, size: String)] = [
    ("Open MPI's mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("MPICH's mpirun", "PMI_RANK", "PMI_SIZE"),
    ("srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
  ]

  /// Finds out from an environment; `nil` if the process was started by itself.
  init?(_ environment: [String: String]) {
    for sign in Self.signs {
      guard let size = environment[sign.size].flatMap({ Int($0) }), size > 0 else { continue }
      name = sign.name
      self.size = size
      rank = environment[sign.rank].flatMap { Int($0) } ?? 0
      return
    }
    return nil
  }
}

/// Why the processes that a launcher has started cannot work together.
enum LaunchError: Error, Equatable, CustomStringConvertible {
  /// This program was built without MPI.
  case withoutMPI(Launcher)
  /// It was built for another library than the launcher's.
  case otherLibrary(Launcher)
  case notStarted

  /// The reason and the remedy in one line.
  var description: String {
    switch self {
    case .withoutMPI(let launcher):
      "\(launcher.name) has started this program \(launcher.size) times, but it is built without MPI, "
        + "and each would run by itself; build it with RELIC_MPI=ompi-c or RELIC_MPI=mpich, or start "
        + "it once"
    case .otherLibrary(let launcher):
      "\(launcher.name) has started this program \(launcher.size) times, but it is built for another "
        + "MPI library, and each would run by itself; start it by that library's mpirun, or build it "
        + "for this one"
    case .notStarted: "MPI does not start; see what it says above"
    }
  }
}
