/// Returns what `body` returns for each task in `0..<tasks`, in their order, computed on all
/// workers.
///
/// `tasks` must not depend on the number of workers: then neither does the result.
package func parallelMap<Result>(_ tasks: Int, _ body: (_ task: Int) -> Result) -> [Result] {
  let tasks = max(tasks, 0)
  return unsafe Array(unsafeUninitializedCapacity: tasks) { buffer, count in
    // Each task initialises one element.
    nonisolated(unsafe) let results = unsafe buffer
    parallel(tasks) { task in unsafe results.initializeElement(at: task, to: body(task)) }
    count = tasks
  }
}
