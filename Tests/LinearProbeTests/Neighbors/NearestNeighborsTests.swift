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
    let shares = vote.shares(
      neighborhoods, of: data, queries: 0..<test.features.rows)
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

  @Test func `a sample is no neighbour of its own, however many are equal to it`() {
    let samples = Features(rows: 9, columns: 1, elements: Array(repeating: 2, count: 9) as [Float])
    var answered: [Int] = []
    let found = Neighborhoods(of: [8, 0], within: samples, count: 3) { answered.append($0) }
    #expect(found.nearest(0).map(\.row) == [0, 1, 2])
    #expect(found.nearest(1).map(\.row) == [1, 2, 3])
    #expect(answered == [2])
    let all = Neighborhoods(of: Array(0..<9), within: samples, count: 100)
    #expect(all.count == 8)
    #expect(all.nearest(4).map(\.row) == [0, 1, 2, 3, 5, 6, 7, 8])
  }

  @Test func `more queries and samples than are searched at once have the same neighbours`() {
    // Two samples in each of many directions of a plane.
    let elements = (0..<9000).flatMap { row in
      let angle = Double(row / 2) / 9000
      return [Float(1 - angle), Float(angle)]
    }
    let samples = Features(rows: 9000, columns: 2, elements: elements)
    let found = Neighborhoods(samples, among: samples, count: 1)
    #expect((0..<9000).allSatisfy { abs(Int(found.nearest($0)[$0].row) - $0) < 200 })
    let own = Neighborhoods(samples.samples([8500]), among: samples, count: 5)
    let again = Neighborhoods(samples, among: samples, count: 5)
    #expect(again.nearest(8500).map(\.row) == own.nearest(0).map(\.row))
  }

  @Test func `a sample of zeros is near to nothing`() {
    let samples = Features(rows: 3, columns: 2, elements: [0, 0, 1, 0, 0, -1] as [Double])
    let query = Features(rows: 1, columns: 2, elements: [1, 1] as [Double])
    let found = Neighborhoods(query, among: samples, count: 3)
    #expect(found.nearest(0).map(\.row) == [1, 0, 2])
  }
}
