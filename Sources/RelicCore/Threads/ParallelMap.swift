/// Returns what `body` returns for each task in `0..<tasks`, in their order, computed on all
/// workers.
///
/// `tasks` must not depend on the number of workers: then neither does the result.
package func parallelMap<Result>(_ tasks: Int, _ body: (_ task: Int) -> Result) -> [Result] {
  // Without capacity it would write the count of the empty array that all threads share.
  guard tasks > 0 else { return [] }
  return unsafe Array(unsafeUninitializedCapacity: tasks) { buffer, count in
    // Each task initialises one element.
    nonisolated(unsafe) let results = unsafe buffer
    parallel(tasks) { task in unsafe results.initializeElement(at: task, to: body(task)) }
    count = tasks
  }
}
