/// Sums of parts that follow each other, joined as a binary tree over all parts has it.
///
/// A node of height h holds parts k · 2^h ..< (k + 1) · 2^h, as many of them as there are, and is the
/// sum of its two halves. So which sums are added to which depends neither on who has them nor on
/// where that one's parts begin.
package struct SumTree<Sum> {
  /// The sum of some parts.
  package struct Node {
    package fileprivate(set) var parts: Range<Int>
    package fileprivate(set) var sum: Sum
  }

  /// What is not joined yet, in the order of the parts.
  package private(set) var nodes: [Node] = []

  /// Creates a tree that has taken no part.
  package init() {}

  /// Takes the sum of parts that follow those taken before; `add` adds the second sum to the first.
  package mutating func append(
    _ sum: Sum, of parts: Range<Int>, _ add: (inout Sum, Sum) -> Void
  ) {
    precondition(
      nodes.last.map { $0.parts.upperBound == parts.lowerBound } ?? true,
      "parts \(parts) follow \(nodes.map(\.parts))")
    nodes.append(Node(parts: parts, sum: sum))
    while nodes.count > 1 {
      let (left, right) = (nodes[nodes.count - 2].parts, nodes[nodes.count - 1].parts)
      guard left.count == right.count, left.lowerBound % (2 * left.count) == 0 else { return }
      joinLast(add)
    }
  }

  /// Joins all that is left, as no part follows, and returns the total, nil of no parts.
  package mutating func finish(_ add: (inout Sum, Sum) -> Void) -> Sum? {
    while nodes.count > 1 { joinLast(add) }
    return nodes.first?.sum
  }

  private mutating func joinLast(_ add: (inout Sum, Sum) -> Void) {
    let right = nodes.removeLast()
    let left = nodes.count - 1
    add(&nodes[left].sum, right.sum)
    nodes[left].parts = nodes[left].parts.lowerBound..<right.parts.upperBound
  }
}

extension SumTree<Void> {
  /// Returns what is left to be joined when `parts` are taken one after the other.
  package static func nodes(of parts: Range<Int>) -> [Range<Int>] {
    var tree = SumTree()
    for part in parts { tree.append((), of: part..<(part + 1)) { _, _ in } }
    return tree.nodes.map(\.parts)
  }

  /// Returns how many sums there are at once while `parts` are taken one after the other.
  package static func depth(of parts: Range<Int>) -> Int {
    parts.map { nodes(of: parts.lowerBound..<$0).count + 1 }.max() ?? 0
  }
}
