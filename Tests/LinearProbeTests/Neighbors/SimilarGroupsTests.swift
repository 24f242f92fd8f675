import Foundation
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct SimilarGroupsTests {
  /// Groups by a search from each sample on over all others, and their greatest cosines.
  private static func plain(_ samples: Features, _ threshold: Double) -> [[(Int, Double)]] {
    let rows = (0..<samples.rows).map(samples.row)
    var group = Array(repeating: -1, count: rows.count)
    var greatest = Array(repeating: -1.0, count: rows.count)
    for start in rows.indices where group[start] < 0 {
      var waiting = [start]
      group[start] = start
      while let row = waiting.popLast() {
        for other in rows.indices where other != row {
          let cosine = PlainCosines.cosine(rows[row], rows[other])
          if cosine < threshold { continue }
          greatest[row] = max(greatest[row], cosine)
          if group[other] < 0 {
            group[other] = start
            waiting.append(other)
          }
        }
      }
    }
    return Dictionary(grouping: rows.indices, by: { group[$0] }).values
      .filter { $0.count > 1 }.map { $0.map { ($0, greatest[$0]) } }
  }

  @Test func `groups are those of a plain search`() throws {
    let samples = PlainCosines.clusters(rows: 400)
    var shares: [Double] = []
    let found = SimilarGroups(of: samples, threshold: 0.8) { shares.append($0) }.groups
    #expect(shares.last == 1 && shares.sorted() == shares)
    let expected = Self.plain(samples, 0.8)
    #expect(found.count == expected.count && found.count > 20)
    let known = Dictionary(uniqueKeysWithValues: expected.map { ($0[0].0, $0) })
    for group in found {
      let own = try #require(known[group[0].row])
      #expect(group.map(\.row) == own.map(\.0))
      // Cosines of 24 products in single precision.
      for (member, (_, cosine)) in zip(group, own) {
        #expect(abs(Double(member.similarity) - cosine) < 1e-5)
      }
    }
    let greatest = found.map { $0.map(\.similarity).max() ?? 0 }
    #expect(greatest == greatest.sorted(by: >))
  }

  @Test func `more samples than one round takes make the same groups with any workers`() {
    let samples = PlainCosines.clusters(rows: 2200)
    let one = withWorkers(1) { SimilarGroups(of: samples, threshold: 0.8).groups }
    let three = withWorkers(3) { SimilarGroups(of: samples, threshold: 0.8).groups }
    #expect(one == three)
    // Each direction is a group: two of it are far above the threshold, others far below.
    let members = one.flatMap { $0.map(\.row) }
    #expect(Set(members).count == members.count && members.count > 2000)
    for group in one {
      let first = samples.row(group[0].row)
      for member in group {
        #expect(PlainCosines.cosine(first, samples.row(member.row)) > 0.8)
      }
    }
  }

  @Test func `a chain of alike samples is one group, though its ends are not alike`() {
    let degrees = [0.0, 20, 40, 90, 200]
    let elements = degrees.flatMap { angle -> [Double] in
      [cos(angle / 180 * .pi), sin(angle / 180 * .pi)]
    }
    let samples = Features(rows: 5, columns: 2, elements: elements)
    let groups = SimilarGroups(of: samples, threshold: Float(cos(25.0 / 180 * .pi))).groups
    #expect(groups.map { $0.map(\.row) } == [[0, 1, 2]])
  }

  @Test func `copies are found at a threshold of 1, and nothing is alike a sample of zeros`() {
    var elements: [Float] = []
    for row in 0..<30 {
      // Rows 3 and 20 are copies, of another length.
      let number = row == 20 ? 3 : row
      let scale: Float = row == 20 ? 0.3 : 1
      elements += (0..<7).map { scale * Float((number * 31 + $0 * 17) % 13 + 1) }
    }
    elements += [Float](repeating: 0, count: 14)
    let samples = Features(rows: 32, columns: 7, elements: elements)
    let groups = SimilarGroups(of: samples, threshold: 1).groups
    // Numbers repeat after 13 rows.
    let expected = (0..<13).map { row in
      (0..<30).filter { ($0 == 20 ? 3 : $0) % 13 == row }
    }.filter { $0.count > 1 }
    #expect(groups.map { $0.map(\.row) }.sorted { $0[0] < $1[0] } == expected)
    #expect(expected[3] == [3, 16, 20, 29])
    let none = Features(rows: 0, columns: 3, elements: [] as [Float])
    #expect(SimilarGroups(of: none, threshold: 1).groups.isEmpty)
  }
}
