internal import RelicCore
internal import Synchronization

private let turn = Mutex<Void>(())

/// Runs `body` with a number of workers, then restores the number; one caller at a time.
package func withWorkers<Result: Sendable>(
  _ count: Int, _ body: () throws -> Result
) rethrows -> Result {
  try turn.withLock { _ in
    let before = ThreadPool.workerCount
    defer { ThreadPool.workerCount = before }
    ThreadPool.workerCount = count
    return try body()
  }
}
