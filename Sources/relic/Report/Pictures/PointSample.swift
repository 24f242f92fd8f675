internal import RelicNN

/// Some of many rows.
enum PointSample {
  /// Returns at most `limit` of `count` rows, ascending: drawn at random, and always the same.
  static func rows(of count: Int, limit: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > limit else { return order }
    var random = Philox(seed: 0, purpose: .map)
    // The first places of a shuffle by Fisher and Yates.
    for place in 0..<limit {
      order.swapAt(place, place + random.integer(below: count - place))
    }
    return order.prefix(limit).sorted()
  }

  /// Returns `count` of some rows that lie as far apart among them as they can.
  static func spread(_ rows: [Int], _ count: Int) -> [Int] {
    guard rows.count > count, count > 0 else { return rows }
    return (0..<count).map { rows[(2 * $0 + 1) * rows.count / (2 * count)] }
  }
}
