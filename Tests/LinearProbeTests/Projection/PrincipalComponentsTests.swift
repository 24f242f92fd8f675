import Testing

@testable import LinearProbe

@Suite struct PrincipalComponentsTests {
  struct Expected: Decodable {
    let means: [Double]
    let directions: [[Double]]
    let variances: [Double]
    let total: Double
    let places: [Double]
  }

  @Test(arguments: Problem.all)
  func `directions, variances and places are scikit-learn's`(_ problem: Problem) throws {
    let all = try Fixture.json("projections.json", as: [String: Either].self)
    let expected = try #require(all[problem.name]?.components)
    let (elements, _) = problem.samples
    let features = Features(rows: problem.rows, columns: problem.columns, elements: elements)
    let components = try PrincipalComponents(features, count: 5)
    // Both are eigenvectors in double precision, of spectra whose gaps are above 1e-3 of the largest
    // value: 1e-16 / 1e-3, and as much again for sums in another order.
    expectClose(components.means, expected.means, relative: 1e-12, "means")
    expectClose(components.variances, expected.variances, relative: 1e-11, "variances")
    #expect(abs(components.totalVariance - expected.total) <= 1e-11 * expected.total)
    for (row, direction) in expected.directions.enumerated() {
      let found = components.directions.row(row)
      for (value, wanted) in zip(found, direction) { #expect(abs(value - wanted) <= 1e-10) }
    }
    let places = components(features.samples(Array(0..<20)))
    let size = expected.places.map(abs).max() ?? 0
    for (value, wanted) in zip(places.elements, expected.places) {
      #expect(abs(value - wanted) <= 1e-10 * size)
    }
  }

  /// What the file holds under a problem's name, and nothing of the other entry.
  struct Either: Decodable {
    let components: Expected?

    init(from decoder: any Decoder) throws { components = try? Expected(from: decoder) }
  }

  @Test(arguments: [(40, 7), (7, 40), (2, 3), (5, 1)])
  func `directions are orthogonal and as many as there can be`(_ rows: Int, _ columns: Int) throws {
    let elements = Problem.uniform(rows * columns, seed: 3).map { Float($0 - 0.5) }
    let features = Features(rows: rows, columns: columns, elements: elements)
    let components = try PrincipalComponents(features, count: 100)
    let count = min(rows, columns)
    #expect(components.directions.rows == count)
    for i in 0..<count {
      for j in 0..<count {
        let product = zip(components.directions.row(i), components.directions.row(j))
          .reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
      }
    }
    #expect(components.variances == components.variances.sorted(by: >))
    let sum = components.variances.reduce(0, +)
    #expect(abs(sum - components.totalVariance) <= 1e-12 * sum)
  }

  @Test func `samples that are all alike lie at one place`() throws {
    let features = Features(rows: 6, columns: 3, elements: Array(repeating: Float(2.5), count: 18))
    let components = try PrincipalComponents(features, count: 2)
    #expect(components.variances == [0, 0])
    #expect(components(features).elements.allSatisfy { $0 == 0 })
  }

  @Test func `numbers whose squares overflow have variances that scale`() throws {
    let elements = Problem.uniform(60, seed: 5)
    let small = try PrincipalComponents(
      Features(rows: 20, columns: 3, elements: elements), count: 2)
    let large = try PrincipalComponents(
      Features(rows: 20, columns: 3, elements: elements.map { $0 * 0x1p500 }), count: 2)
    #expect(large.directions == small.directions)
    #expect(large.variances == small.variances.map { $0 * 0x1p1000 })
  }

  @Test func `what has no components is refused`() {
    let bad = Features(rows: 3, columns: 2, elements: [1, 2, 3, .nan, 5, 6] as [Float])
    #expect(throws: FitError.notFinite(samples: "given", row: 1, column: 1)) {
      _ = try PrincipalComponents(bad, count: 2)
    }
    #expect(throws: FitError.noSamples) {
      _ = try PrincipalComponents(
        Features(rows: 1, columns: 2, elements: [1, 2] as [Float]), count: 1)
    }
    #expect(throws: FitError.noFeatures) {
      _ = try PrincipalComponents(Features(rows: 2, columns: 0, elements: [Float]()), count: 1)
    }
  }
}
