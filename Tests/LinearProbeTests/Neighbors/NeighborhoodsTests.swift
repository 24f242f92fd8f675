import Testing

@testable import LinearProbe

@Suite struct NeighborhoodsTests {
  private static let samples = PlainCosines.clusters(rows: 300)

  @Test func `neighbours within a set are those of a plain search, but for the sample itself`() {
    let samples = Self.samples
    let rows = [299, 0, 17, 128]
    let found = Neighborhoods(of: rows, within: samples, count: 9)
    #expect(found.queries == 4 && found.count == 9)
    for (index, query) in rows.enumerated() {
      let cosines = (0..<samples.rows).filter { $0 != query }.map { row in
        PlainCosines.cosine(samples.row(query), samples.row(row))
      }
      let near = found.nearest(index)
      #expect(Set(near.map(\.row)).count == 9 && !near.contains { Int($0.row) == query })
      for (neighbor, expected) in zip(near, cosines.sorted(by: >)) {
        let own = PlainCosines.cosine(samples.row(query), samples.row(Int(neighbor.row)))
        // Cosines of 24 products in single precision.
        #expect(abs(own - expected) < 1e-5, "query \(query): \(own), \(expected)")
        #expect(abs(Double(neighbor.similarity) - own) < 1e-5)
      }
    }
  }

  @Test func `all samples have the neighbours that each has alone`() {
    let samples = Self.samples
    var shares: [Int] = []
    let all = Neighborhoods(of: Array(0..<300), within: samples, count: 5) { shares.append($0) }
    #expect(shares == [300])
    for row in [0, 127, 128, 299] {
      let alone = Neighborhoods(of: [row], within: samples, count: 5)
      #expect(all.nearest(row).map(\.row) == alone.nearest(0).map(\.row))
    }
  }

  @Test func `a sample with more copies than neighbours is none of its own`() {
    let samples = Features(rows: 12, columns: 2, elements: [Float](repeating: 1, count: 24))
    let found = Neighborhoods(of: [11, 0], within: samples, count: 3)
    #expect(found.nearest(0).map(\.row) == [0, 1, 2])
    #expect(found.nearest(1).map(\.row) == [1, 2, 3])
    #expect(Neighborhoods(of: [4], within: samples, count: 50).count == 11)
    let single = Features(rows: 1, columns: 1, elements: [1] as [Float])
    #expect(Neighborhoods(of: [0], within: single, count: 3).nearest(0).isEmpty)
  }
}
