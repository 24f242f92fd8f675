/// The best of the neighbours offered so far, the worst of them on top.
struct NeighborHeap {
  let capacity: Int
  private var items: [Neighborhoods.Neighbor] = []

  init(capacity: Int) {
    self.capacity = capacity
    items.reserveCapacity(capacity)
  }

  var sorted: [Neighborhoods.Neighbor] { items.sorted { $0.precedes($1) } }

  /// Offers consecutive samples, all later in the data than those offered before.
  mutating func offer(_ similarities: ArraySlice<Float>, from first: Int) {
    for (index, similarity) in similarities.enumerated() {
      let candidate = Neighborhoods.Neighbor(similarity: similarity, row: Int32(first + index))
      if items.count < capacity {
        items.append(candidate)
        rise()
      } else if similarity > items[0].similarity {
        items[0] = candidate
        sink()
      }
    }
  }

  private mutating func rise() {
    var child = items.count - 1
    while child > 0, items[(child - 1) / 2].precedes(items[child]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func sink() {
    var parent = 0
    while 2 * parent + 1 < items.count {
      var child = 2 * parent + 1
      if child + 1 < items.count, items[child].precedes(items[child + 1]) { child += 1 }
      if !items[parent].precedes(items[child]) { return }
      items.swapAt(parent, child)
      parent = child
    }
  }
}
