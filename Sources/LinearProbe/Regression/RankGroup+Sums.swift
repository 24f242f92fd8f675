extension RankGroup {
  /// Returns which of the parts each rank sums up: such that few nodes of the tree over all parts
  /// hold them.
  func shares(ofParts count: Int) -> [Range<Int>] {
    var whole = 1
    while whole < count { whole *= 2 }
    let bounds = (0...size).map { min(count, whole * $0 / size) }
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }

  /// Numbers of all ranks that are in memory at a time.
  private var mostNumbers: Int { 1 << 20 }

  /// Joins what this rank has summed up with what the others have.
  ///
  /// - Parameters:
  ///   - own: The slots that the tree over this rank's parts has come to.
  ///   - count: The parts of all ranks.
  ///   - slots: The sums; where they were, others may be afterwards.
  /// - Returns: The slot with the total.
  func total(_ own: SumTree<Int>, ofParts count: Int, in slots: SumSlots) -> Int {
    var own = own
    if size == 1 { return own.finish { slots.add([($0, $1)]) } ?? 0 }
    let result = own.nodes.first?.sum ?? 0
    let nodes = shares(ofParts: count).map(SumTree<Void>.nodes(of:))
    let most = nodes.map(\.count).max() ?? 0
    let piece = max(1, mostNumbers / (size * max(most, 1)))
    for start in stride(from: 0, to: slots.length, by: piece) {
      let range = start..<min(slots.length, start + piece)
      var numbers = own.nodes.flatMap { slots.numbers($0.sum, range) }
      numbers += Array(repeating: 0, count: most * range.count - numbers.count)
      var tree = SumTree<[Double]>()
      for (given, nodes) in zip(gather(numbers), nodes) {
        for (index, parts) in nodes.enumerated() {
          let sum = given[(index * range.count)..<((index + 1) * range.count)]
          tree.append(Array(sum), of: parts) { add(1, $1, to: &$0) }
        }
      }
      slots.replace(result, from: start, by: tree.finish { add(1, $1, to: &$0) } ?? [])
    }
    return result
  }
}
