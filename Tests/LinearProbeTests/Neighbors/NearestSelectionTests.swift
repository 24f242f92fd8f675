import CKernels
import Testing

@testable import LinearProbe

@Suite struct NearestSelectionTests {
  @Test(arguments: [1, 7, 200, 5000], [1, 3, 1000])
  func `the best are kept in the order of similarity, then of the data`(capacity: Int, ties: Int) {
    // With few values most similarities are equal.
    let similarities = Problem.uniform(3000, seed: 41).map { value in
      Float((value * Double(ties)).rounded(.down) / Double(ties) - 0.5)
    }
    var selection = NearestSelection(capacity: capacity)
    var start = 0
    for size in [1, 299, 700, 0, 2000] {
      selection.offer(similarities[start..<(start + size)], from: start)
      start += size
    }
    let expected = similarities.indices.sorted {
      (-similarities[$0], $0) < (-similarities[$1], $1)
    }
    #expect(selection.sorted.map { Int($0.row) } == Array(expected.prefix(capacity)))
    #expect(selection.sorted.allSatisfy { $0.similarity == similarities[Int($0.row)] })
  }

  @Test func `ascending and descending similarities are no special case`() {
    for sign in [1, -1] as [Float] {
      var selection = NearestSelection(capacity: 100)
      let similarities = (0..<10_000).map { sign * Float($0) }
      selection.offer(similarities[...], from: 0)
      let rows = selection.sorted.map { Int($0.row) }
      #expect(rows == (sign > 0 ? Array((9900..<10_000).reversed()) : Array(0..<100)))
    }
  }

  @Test func `zeros are equal whatever their sign, and NaN is the least`() {
    var selection = NearestSelection(capacity: 6)
    selection.offer([-0.0, .nan, 0, -.infinity, 1, -0.0][...], from: 10)
    #expect(selection.sorted.map(\.row) == [14, 10, 12, 15, 11, 13])
  }

  @Test func `none are kept of none wanted`() {
    var selection = NearestSelection(capacity: 0)
    selection.offer([1, 2][...], from: 0)
    #expect(selection.sorted.isEmpty)
  }
}
