import Synchronization

@testable import RelicNN

private let turn = Mutex<Void>(())

/// Runs `body` with a number of workers, then restores the number; one caller at a time.
func withWorkers<Result: Sendable>(
  _ count: Int, _ body: () throws -> Result
) rethrows -> Result {
  try turn.withLock { _ in
    let before = Workers.count
    defer { Workers.count = before }
    Workers.count = count
    return try body()
  }
}
