import Testing

@testable import LinearProbe

@Suite struct FeatureScalingTests {
  @Test(arguments: Problem.all)
  func `scaled samples are those of scikit-learn`(problem: Problem) throws {
    let all = try Fixture.json("scalings.json", as: [String: [String: [[Double]]]].self)
    let (rows, columns) = (problem.rows, problem.columns)
    var (elements, _) = problem.samples
    for row in 0..<rows { elements[row * columns + columns - 1] = 0.1 }
    for column in 0..<(columns - 1) { elements[(rows - 1) * columns + column] = 0 }
    let features = Features(rows: rows, columns: columns, elements: elements)
    elements[rows * columns - 1] = 0
    let withZeros = Features(rows: rows, columns: columns, elements: elements)

    for (kind, samples) in [(FeatureScaling.standard, features), (.unit, withZeros)] {
      let expected = try #require(all[problem.name]?[kind.rawValue])
      let scaled = FittedScaling(kind, from: samples)(samples)
      for (row, expected) in zip([0, 1, rows - 1], expected) {
        expectClose(scaled.row(row), expected, relative: 1e-9, "\(kind), row \(row)")
      }
    }
  }

  @Test func `no scaling changes nothing`() {
    let features = Features(rows: 2, columns: 2, elements: [1, 2, 3, 4] as [Float])
    #expect(FittedScaling(.none, from: features)(features) == features)
  }
}
