internal import Foundation
internal import Synchronization

/// Returns what `work` gives, or `nil` if that takes more than a minute.
///
/// The thread of work that does not end is left behind.
public func resultInTime<Result: Sendable>(
  of work: @escaping @Sendable () -> Result
) -> Result? {
  let result = Mutex<Result?>(nil)
  let done = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    let value = work()
    result.withLock { $0 = value }
    done.signal()
  }
  return done.wait(timeout: .now() + 60) == .success ? result.withLock { $0 } : nil
}
