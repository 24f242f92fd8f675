/// Calls `body` for every task in `0..<tasks`, on all workers, and returns when all are done.
///
/// A call from within a task, or while another thread's call is under way, does its tasks alone.
/// Which worker runs a task is not defined, so a task must write only what no other task reads or
/// writes. `tasks` must not depend on the number of workers: then neither does the result.
package func parallel(_ tasks: Int, _ body: (_ task: Int) -> Void) {
  let workers = min(ThreadPool.workerCount, tasks)
  if workers <= 1 {
    for task in 0..<max(tasks, 0) { body(task) }
    return
  }
  ThreadPool.shared.run(tasks, helpers: workers - 1, body)
}

/// Calls `body` for consecutive ranges that together cover `0..<count`, on all workers.
///
/// The ranges hold `grain` rows each, the last one what is left.
package func parallelRows(_ count: Int, grain: Int, _ body: (_ rows: Range<Int>) -> Void) {
  let grain = max(grain, 1)
  parallel((count + grain - 1) / grain) { task in
    body((task * grain)..<min(count, (task + 1) * grain))
  }
}
