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

  /// Returns `count` of some rows, of as many classes as there can be, these as far apart as they can.
  static func spread(_ rows: [Int], by labels: [Int]?, _ count: Int) -> [Int] {
    guard let labels, rows.count > count else { return spread(rows, count) }
    let groups = Dictionary(grouping: rows) { labels[$0] }
    let classes = spread(groups.keys.sorted(), count)
    let shares = classes.indices.map { (count + $0) / classes.count }
    return zip(classes, shares).flatMap { spread(groups[$0] ?? [], $1) }
  }

  /// Returns `count` of some rows that lie as far apart among them as they can.
  static func spread(_ rows: [Int], _ count: Int) -> [Int] {
    guard rows.count > count, count > 0 else { return rows }
    return (0..<count).map { rows[(2 * $0 + 1) * rows.count / (2 * count)] }
  }
}
