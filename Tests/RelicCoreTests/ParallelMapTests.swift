import TestSupport
import Testing

@testable import RelicCore

@Suite struct ParallelMapTests {
  @Test(arguments: [1, 2, 5], [0, 1, 3, 200])
  func `results stand in the order of the tasks`(workers: Int, tasks: Int) {
    let squares = withWorkers(workers) { parallelMap(tasks) { ["\($0)", "\($0 * $0)"] } }
    #expect(squares == (0..<tasks).map { ["\($0)", "\($0 * $0)"] })
  }
}
