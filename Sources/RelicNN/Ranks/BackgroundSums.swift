internal import Dispatch
internal import Synchronization

/// Sums over ranks that one other thread carries out, in the order in which they are begun.
///
/// A class because it has a thread, and so an order, of its own.
public final class BackgroundSums: Sendable {
  private let ranks: any Communicator
  private let queue = DispatchQueue(label: "sums over ranks")

  /// Sums over ranks that are reached by a way which nobody else uses.
  public init(over ranks: any Communicator) { self.ranks = ranks }

  /// Begins to sum; every rank begins the same sums in the same order.
  func begin(_ tensor: consuming Tensor) -> PendingSum {
    let pending = PendingSum()
    let terms = tensor
    queue.async { [ranks] in
      var sum = terms
      ranks.sum(&sum)
      pending.finish(sum)
    }
    return pending
  }
}

/// A sum over ranks that is there, or will be.
///
/// A class because who began it waits for another thread.
final class PendingSum: Sendable {
  private let sum: Mutex<Tensor?>
  private let done = DispatchSemaphore(value: 0)

  init() { sum = Mutex(nil) }

  init(_ finished: Tensor) {
    sum = Mutex(finished)
    done.signal()
  }

  fileprivate func finish(_ tensor: Tensor) {
    sum.withLock { $0 = tensor }
    done.signal()
  }

  /// Returns elements `range` of the sum, as soon as it is there.
  func elements(_ range: Range<Int>) -> Tensor {
    done.wait()
    defer { done.signal() }
    guard let tensor = sum.withLock({ $0 }) else {
      preconditionFailure("a sum is waited for before it has come")
    }
    let flat = tensor.reshaped([tensor.count])
    return range == 0..<tensor.count ? flat : flat.rows(range)
  }
}
