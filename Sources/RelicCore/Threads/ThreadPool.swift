internal import CKernels
internal import Dispatch
internal import Foundation
internal import Synchronization

/// The workers that share the work of this process: the thread that calls `parallel`, and those
/// that help it.
///
/// A class because threads share it. A step of training fans out many hundred times, often for less
/// time than it takes to wake a thread, so a thread that has nothing to do looks for more work for
/// a few microseconds before it sleeps. One caller is helped at a time; another one meanwhile does
/// its tasks alone.
public final class ThreadPool: Sendable {
  package static let shared = ThreadPool()

  package init() {}

  private static let chosenCount = Atomic(0)
  private static let processors = relic_usable_processors()

  /// The number of workers, by default the number of processors this process may use.
  public static var workerCount: Int {
    get {
      let chosen = chosenCount.load(ordering: .relaxed)
      return chosen > 0 ? chosen : processors
    }
    set {
      precondition(newValue > 0, "cannot work with \(newValue) workers")
      chosenCount.store(newValue, ordering: .relaxed)
    }
  }

  /// What there is to do. Written by the caller before the gate opens and after the last helper
  /// has left it, read by helpers inside the gate.
  // Sendable: the gate orders every write before every read, and every read before the next write.
  private final class Job: @unchecked Sendable {
    var body: ((Int) -> Void)?
    var tasks = 0
    var helpers = 0
    let next = Atomic(0)

    /// Does tasks until none is left.
    func run() {
      guard let body else { return }
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if task >= tasks { return }
        body(task)
      }
    }
  }

  /// How a thread of the pool is woken.
  private final class Worker: Sendable {
    let isAsleep = Atomic(false)
    let alarm = DispatchSemaphore(value: 0)
  }

  /// Set while somebody is being helped.
  private let isTaken = Atomic(false)
  private let job = Job()
  /// Counts jobs; workers watch it.
  private let announced = Atomic(0)
  /// Helpers inside, and `Self.open` while more may come.
  private let gate = Atomic(0)
  private let workers = Mutex<[Worker]>([])

  private static let open = 1 << 32
  /// Looks for work before sleeping: some 30 µs.
  private static let patience = 1_000

  /// Does `tasks` with up to `helpers` threads besides the calling one; returns when all are done.
  package func run(_ tasks: Int, helpers: Int, _ body: (Int) -> Void) {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for task in 0..<tasks { body(task) }
      return
    }
    withoutActuallyEscaping(body) { body in
      (job.body, job.tasks, job.helpers) = (body, tasks, helpers)
      job.next.store(0, ordering: .relaxed)
      gate.store(Self.open, ordering: .releasing)
      announced.wrappingAdd(1, ordering: .sequentiallyConsistent)
      wake(helpers)
      job.run()
      gate.wrappingSubtract(Self.open, ordering: .acquiringAndReleasing)
      var waited = 0
      while gate.load(ordering: .acquiring) != 0 {
        waited += 1
        if waited % Self.patience == 0 { sched_yield() } else { relic_pause() }
      }
      job.body = nil
    }
    isTaken.store(false, ordering: .releasing)
  }

  /// Wakes the workers that sleep, and starts those that are not there yet.
  private func wake(_ count: Int) {
    workers.withLock { workers in
      while workers.count < count {
        let worker = Worker()
        let index = workers.count
        workers.append(worker)
        let thread = Thread { self.work(as: worker, index) }
        thread.stackSize = 4 << 20
        thread.start()
      }
      for worker in workers.prefix(count)
      where worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
        worker.alarm.signal()
      }
    }
  }

  /// Works for as long as the process lives.
  private func work(as worker: Worker, _ index: Int) {
    var seen = 0
    while true {
      var looks = 0
      while announced.load(ordering: .acquiring) == seen {
        looks += 1
        if looks < Self.patience {
          relic_pause()
          continue
        }
        worker.isAsleep.store(true, ordering: .sequentiallyConsistent)
        // A job announced in between has either seen the flag or is seen here.
        if announced.load(ordering: .sequentiallyConsistent) == seen
          || !worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        {
          worker.alarm.wait()
        }
        looks = 0
      }
      seen = announced.load(ordering: .acquiring)
      if enter() {
        if index < job.helpers { job.run() }
        gate.wrappingSubtract(1, ordering: .releasing)
      }
    }
  }

  /// Returns whether the gate was open; then the caller is inside.
  private func enter() -> Bool {
    var state = gate.load(ordering: .acquiring)
    while state >= Self.open {
      let (exchanged, found) = gate.compareExchange(
        expected: state, desired: state + 1, ordering: .acquiringAndReleasing)
      if exchanged { return true }
      state = found
    }
    return false
  }
}
