import Testing

@testable import LinearProbe

@Suite struct NearestNeighborsTests {
  struct Votes: Decodable {
    var predictions: [Int]
    var shares: [[Double]]
  }

  @Test(arguments: Problem.all, [(20, 0.07), (200, 0.1), (100_000, 1.0)])
  func `votes are those that NumPy counts`(problem: Problem, setting: (Int, Double)) throws {
    let votes = try Fixture.json("votes.json", as: [String: [String: Votes]].self)
    let expected = try #require(votes[problem.name]?[String(setting.0)])
    let (train, test) = problem.splits
    let data = try TrainingData(train.features, labels: train.labels)
    let vote = NearestNeighbors(neighbors: setting.0, temperature: setting.1)
    let neighborhoods = Neighborhoods(
      test.features, among: train.features, count: setting.0)
    let shares = vote.shares(neighborhoods, of: data)
    // Cosines are taken in single precision: 1e-7, divided by the temperature.
    for (row, expected) in expected.shares.enumerated() {
      expectClose(Array(shares.row(row)), expected, relative: 1e-5, "row \(row)")
    }
    let predictions = shares.firstMaxima().map { data.classes[$0] }
    #expect(zip(predictions, expected.predictions).count { $0 != $1 } <= 1)
  }

  @Test func `equally near samples count in the order of the data`() {
    let samples = Features(rows: 40, columns: 1, elements: (0..<40).map { Float(1 + $0 % 3) })
    let query = Features(rows: 1, columns: 1, elements: [2] as [Float])
    let found = Neighborhoods(query, among: samples, count: 7)
    #expect(found.nearest(0).map(\.row) == Array(0..<7))
    #expect(found.nearest(0).allSatisfy { $0.similarity == 1 })
  }

  @Test func `a sample of zeros is near to nothing`() {
    let samples = Features(rows: 3, columns: 2, elements: [0, 0, 1, 0, 0, -1] as [Double])
    let query = Features(rows: 1, columns: 2, elements: [1, 1] as [Double])
    let found = Neighborhoods(query, among: samples, count: 3)
    #expect(found.nearest(0).map(\.row) == [1, 0, 2])
  }
}
