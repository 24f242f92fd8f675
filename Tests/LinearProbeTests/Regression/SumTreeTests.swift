import RelicNN
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct SumTreeTests {
  /// What is added to what, in brackets.
  private func text(_ parts: Range<Int>) -> SumTree<String> {
    var tree = SumTree<String>()
    for part in parts {
      tree.append("\(part)", of: part..<(part + 1)) { $0 = "(\($0)+\($1))" }
    }
    return tree
  }

  @Test func `parts are joined by halves of a power of two`() {
    let expected = [
      1: "0", 2: "(0+1)", 3: "((0+1)+2)", 6: "(((0+1)+(2+3))+(4+5))",
      7: "(((0+1)+(2+3))+((4+5)+6))",
    ]
    for (count, expected) in expected {
      var tree = text(0..<count)
      #expect(tree.finish { $0 = "(\($0)+\($1))" } == expected)
    }
  }

  @Test(arguments: [1, 2, 3, 7, 15, 16, 60], [1, 2, 3, 4, 5, 7])
  func `however parts are shared, the same is added to the same`(_ count: Int, _ size: Int) throws {
    var whole = text(0..<count)
    let expected = whole.finish { $0 = "(\($0)+\($1))" }
    let shares = ThreadRanks.run(size) { ranks in ranks.shares(ofParts: count) }[0]
    #expect(shares.flatMap(\.self) == Array(0..<count))
    var joined = SumTree<String>()
    for share in shares {
      let nodes = text(share).nodes
      #expect(nodes.map(\.parts) == SumTree<Void>.nodes(of: share))
      for node in nodes { joined.append(node.sum, of: node.parts) { $0 = "(\($0)+\($1))" } }
    }
    #expect(joined.finish { $0 = "(\($0)+\($1))" } == expected)
  }

  @Test func `few sums are there at once`() {
    for (count, expected) in [(1, 1), (2, 2), (4, 3), (8, 4), (15, 4), (16, 5)] {
      #expect(SumTree<Void>.depth(of: 0..<count) == expected, "\(count) parts")
    }
  }

  @Test func `parts cover the samples of each group, as many as are worth it`() {
    for (sizes, most, fewest) in [
      ([10_000, 10_000, 9_999, 10_001, 10_000], 64, 256), ([100], 64, 256), ([5, 0, 1], 8, 1),
      ([70_000, 9], 16, 4096), ([1, 1, 1], 1, 256),
    ] {
      let parts = RowParts(of: sizes, most: most, ofAtLeast: fewest).all
      for (group, size) in sizes.enumerated() {
        let own = parts.filter { $0.group == group }
        #expect(own.flatMap(\.rows) == Array(0..<size))
        #expect(own.allSatisfy { !$0.rows.isEmpty })
      }
      #expect(parts.count <= max(most, sizes.count))
      #expect(parts.map(\.group) == parts.map(\.group).sorted())
    }
    #expect(RowParts(of: [40_000], most: 64, ofAtLeast: 256).all.count == 64)
  }
}
