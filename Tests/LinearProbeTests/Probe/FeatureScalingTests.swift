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
      let scaled = try FittedScaling(kind, from: samples)(samples, called: "training")
      for (row, expected) in zip([0, 1, rows - 1], expected) {
        expectClose(scaled.row(row), expected, relative: 1e-9, "\(kind), row \(row)")
      }
    }
  }

  @Test func `no scaling changes nothing`() throws {
    let features = Features(rows: 2, columns: 2, elements: [1, 2, 3, 4] as [Float])
    #expect(try FittedScaling(.none, from: features)(features, called: "training") == features)
  }

  @Test(arguments: [FeatureScaling.standard, .unit], [1e200, 1e-200])
  func `the features' unit is without effect`(kind: FeatureScaling, unit: Double) throws {
    let (elements, _) = Problem.scaled.samples
    let (rows, columns) = (Problem.scaled.rows, Problem.scaled.columns)
    func scaled(by unit: Double) throws -> Features {
      let features = Features(rows: rows, columns: columns, elements: elements.map { $0 * unit })
      return try FittedScaling(kind, from: features)(features, called: "training")
    }
    let (plain, extreme) = (try scaled(by: 1), try scaled(by: unit))
    for row in 0..<rows {
      expectClose(extreme.row(row), plain.row(row), relative: 1e-12, "row \(row)")
    }
  }

  @Test(arguments: [1, 1e200, 1e-200])
  func `features with a deviation of one largest magnitude are scaled`(unit: Double) throws {
    let features = Features(
      rows: 2, columns: 2, elements: [unit, unit, -unit, unit])
    let scaled = try FittedScaling(.standard, from: features)(features, called: "training")
    // The second column is constant.
    #expect(scaled.row(0) == [1, 0] && scaled.row(1) == [-1, 0])
  }

  @Test func `a scaled feature beyond all numbers is refused by its place`() throws {
    let train = Features(rows: 2, columns: 2, elements: [0, 0, 1, 1e-9] as [Double])
    let test = Features(rows: 1, columns: 2, elements: [1, 1e300] as [Double])
    #expect(throws: FitError.scalingOverflows(samples: "test", row: 0, column: 1)) {
      try FittedScaling(.standard, from: train)(test, called: "test")
    }
  }
}
