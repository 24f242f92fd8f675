internal import Dispatch
internal import Synchronization

/// Calls `body` for every task in `0..<tasks` on up to `workers` threads; returns when all are done.
///
/// Which thread runs a task is not defined, so a task must write only what no other task reads or
/// writes. `tasks` must not depend on `workers`: then neither does the result.
func parallel(_ tasks: Int, workers: Int, _ body: (_ task: Int) -> Void) {
  precondition(workers > 0, "cannot work with \(workers) workers")
  let threads = min(workers, tasks)
  if threads <= 1 {
    for task in 0..<max(tasks, 0) { body(task) }
    return
  }
  // The closure outlives no thread and each task runs once, so it is shared only as its caller says.
  nonisolated(unsafe) let body = body
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while true {
      let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= tasks { break }
      unsafe body(task)
    }
  }
}
