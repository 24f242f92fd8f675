import Testing

@testable import RelicNN
@testable import relic

@Suite struct LauncherTests {
  @Test func `a process knows who has started it, and how many beside it`() {
    #expect(Launcher([:]) == nil)
    #expect(Launcher(["PMI_SIZE": "many"]) == nil)
    let open = Launcher(["OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "2"])
    #expect(open?.name == "Open MPI's mpirun" && open?.rank == 2 && open?.size == 3)
    let mpich = Launcher(["PMI_SIZE": "4", "PMI_RANK": "0"])
    #expect(mpich?.name == "MPICH's mpirun" && mpich?.rank == 0 && mpich?.size == 4)
    // The script of a batch job is no step of it.
    #expect(Launcher(["SLURM_PROCID": "0", "SLURM_NTASKS": "8"]) == nil)
  }

  #if !RELIC_MPI
    @Test func `more than one process of a program without MPI is refused`() throws {
      let many = try #require(Launcher(["PMI_SIZE": "3", "PMI_RANK": "1"]))
      #expect(throws: LaunchError.withoutMPI(many)) { try ProgramRanks.start(as: many) }
      let one = Launcher(["PMI_SIZE": "1", "PMI_RANK": "0"])
      #expect(try ProgramRanks.start(as: one).size == 1)
    }
  #endif
}

@Suite struct RankTraitsTests {
  @Test func `the first difference of the first rank that has one is named on all`() throws {
    let errors = ThreadRanks.run(4) { ranks in
      var traits = RankTraits()
      traits.add("'--seed'", "42", remedy: "give one")
      traits.add("images", ranks.rank > 1 ? "\(ranks.rank)" : "0", remedy: "give the same")
      do {
        try traits.compare(ranks)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    let host = ProgramRanks.host
    let expected = "images is 0 on rank 0 (\(host)) and 2 on rank 2 (\(host)); give the same"
    #expect(errors == Array(repeating: expected, count: 4))
  }
}
