import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import RelicCore

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func `does every task once, whatever the number of workers`(_ workers: Int) {
    withWorkers(workers) {
      for tasks in [0, 1, 2, 7, 100] {
        for _ in 0..<50 {
          let done = Mutex(Array(repeating: 0, count: tasks))
          parallel(tasks) { task in done.withLock { $0[task] += 1 } }
          #expect(done.withLock { $0 } == Array(repeating: 1, count: tasks))
        }
      }
    }
  }

  @Test func `serves calls from within a task and from several threads at once`() {
    let sum = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<200 {
        parallel(5) { _ in parallel(3) { sum.wrappingAdd($0 + 1, ordering: .relaxed) } }
      }
    }
    #expect(sum.load(ordering: .relaxed) == 4 * 200 * 5 * 6)
  }

  @Test func `a pool of its own brings other threads`() {
    let pool = ThreadPool()
    let threads = Mutex(Set<UInt>())
    let begun = Atomic(0)
    pool.run(2, helpers: 1) { _ in
      _ = threads.withLock { $0.insert(UInt(pthread_self())) }
      begun.wrappingAdd(1, ordering: .sequentiallyConsistent)
      let start = ContinuousClock.now
      while begun.load(ordering: .sequentiallyConsistent) < 2,
        ContinuousClock.now - start < .seconds(20)
      {}
    }
    #expect(threads.withLock { $0.count } == 2)
  }
}
