internal import CKernels

/// The best of the neighbours offered so far.
///
/// Up to twice as many as are wanted are kept, and half of them dropped at once: that costs less than
/// to keep the best in order.
struct NearestSelection {
  let capacity: Int
  /// Neighbours as numbers, of which the smallest are the best.
  private var keys: [UInt64]
  private var used = 0
  /// What a similarity must be above to be among the best; NaN while all are taken.
  private var threshold = Float.nan

  /// Similarities that are looked at between two drops.
  private static let part = 256

  init(capacity: Int) {
    self.capacity = capacity
    keys = Array(repeating: 0, count: capacity > 0 ? 2 * capacity + Self.part : 0)
  }

  /// The best, the most similar first.
  var sorted: [Neighborhoods.Neighbor] {
    var copy = self
    copy.drop()
    return copy.keys.prefix(copy.used).sorted().map { key in
      Neighborhoods.Neighbor(
        similarity: relic_nearest_similarity(key), row: Int32(truncatingIfNeeded: key))
    }
  }

  /// Offers consecutive samples, all later in the data than those offered before.
  mutating func offer(_ similarities: ArraySlice<Float>, from first: Int) {
    if capacity == 0 { return }
    unsafe similarities.withUnsafeBufferPointer { similarities in
      guard let values = similarities.baseAddress else { return }
      for start in stride(from: 0, to: similarities.count, by: Self.part) {
        used = unsafe relic_nearest_append(
          min(Self.part, similarities.count - start), values + start, threshold,
          UInt32(first + start), &keys, used)
        if used > 2 * capacity { drop() }
      }
    }
  }

  /// Drops what is not among the best.
  private mutating func drop() {
    if used <= capacity { return }
    unsafe relic_nearest_select(used, &keys, capacity)
    used = capacity
    threshold = relic_nearest_similarity(keys[capacity - 1])
  }
}
