import CKernels
import Foundation
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct NeighborMapTests {
  struct Pairs: Decodable {
    let starts: [Int]
    let neighbors: [Int32]
    let values: [Double]
    let sum: Double
    let count: Int
    let divergence: Double
  }

  private struct Content: Decodable { let pairs: Pairs }

  /// The problem `ten` by its first 20 components.
  static func samples() throws -> Matrix {
    let problem = Problem.ten
    let features = Features(
      rows: problem.rows, columns: problem.columns, elements: problem.samples.0)
    return try PrincipalComponents(features, count: 20)(features)
  }

  @Test func `probabilities of pairs are scikit-learn's`() throws {
    let expected = try Fixture.json("projections.json", as: Content.self).pairs
    let affinities = Affinities(try Self.samples(), perplexity: 30)
    #expect(Array(affinities.starts.prefix(5)) == expected.starts)
    #expect(Array(affinities.neighbors.prefix(expected.neighbors.count)) == expected.neighbors)
    #expect(affinities.values.count == expected.count)
    // Its search stops where the entropy is off by 1e-5, and it computes in single precision.
    expectClose(
      Array(affinities.values.prefix(expected.values.count)), expected.values, relative: 2e-4,
      "probabilities")
    #expect(abs(affinities.values.reduce(0, +) - 1) < 1e-12)
  }

  @Test(arguments: [1.5, 5.0, 30.0])
  func `neighbours have the perplexity asked for`(_ perplexity: Double) {
    let distances = Problem.uniform(91, seed: 8).map { $0 * 1e3 + 7 }
    let found = Affinities.probabilities(distances, perplexity: perplexity)
    let entropy = found.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    #expect(abs(exp(entropy) - perplexity) < 1e-9 * perplexity)
    #expect(abs(found.reduce(0, +) - 1) < 1e-12)
  }

  @Test func `equally near neighbours share alike whatever the perplexity`() {
    let found = Affinities.probabilities(Array(repeating: 4, count: 8), perplexity: 3)
    #expect(found.allSatisfy { $0 == 0.125 })
    let twins = Affinities.probabilities([0, 0, 0, 0, 9], perplexity: 2)
    #expect(twins.prefix(4).allSatisfy { abs($0 - 0.25) < 1e-6 })
  }

  @Test func `the gradient agrees with central differences`() {
    let count = 40
    let samples = Matrix(rows: count, columns: 5, elements: Problem.uniform(5 * count, seed: 1))
    let affinities = Affinities(samples, perplexity: 6)
    var points = PlanePoints(count: count)
    points.x = Problem.uniform(count, seed: 2).map { 4 * $0 - 2 }
    points.y = Problem.uniform(count, seed: 3).map { 4 * $0 - 2 }
    let gradient = affinities.gradient(at: points)
    let step = 1e-5
    for axis in [\PlanePoints.x, \.y] {
      for index in 0..<count {
        var (there, back) = (points, points)
        there[keyPath: axis][index] += step
        back[keyPath: axis][index] -= step
        let slope =
          (affinities.divergence(at: there) - affinities.divergence(at: back)) / (2 * step)
        let found = gradient[keyPath: axis][index]
        // A quotient of differences of a number near 1: 1e-16 / 1e-5, and the step's square.
        #expect(abs(found - slope) < 1e-9, "point \(index): \(found), \(slope)")
      }
    }
  }

  @Test(arguments: [1, 7, 130])
  func `forces are those of the formula`(_ count: Int) {
    let x = Problem.uniform(count, seed: 21).map { 9 * $0 }
    let y = Problem.uniform(count, seed: 22).map { 9 * $0 }
    let rows = (count / 3)..<count
    var dx = Array(repeating: 0.0, count: rows.count)
    var (dy, total) = (dx, dx)
    unsafe relic_embedding_repulsion(
      count, x, y, rows.lowerBound, rows.count, &dx, &dy, &total)
    for (place, i) in rows.enumerated() {
      var (sumX, sumY, sum) = (0.0, 0.0, 0.0)
      for j in 0..<count {
        let weight = 1 / (1 + (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]))
        sum += weight
        sumX += weight * weight * (x[i] - x[j])
        sumY += weight * weight * (y[i] - y[j])
      }
      // Sums in another order.
      #expect(abs(dx[place] - sumX) < 1e-13 * Double(count))
      #expect(abs(dy[place] - sumY) < 1e-13 * Double(count))
      #expect(abs(total[place] - sum) < 1e-14 * Double(count))
    }
  }

  @Test func `the same map comes of any number of workers`() throws {
    let samples = try Self.samples()
    var settings = NeighborMap()
    (settings.earlyIterations, settings.iterations) = (30, 30)
    let one = withWorkers(1) { settings(samples) }
    #expect(withWorkers(3) { settings(samples) } == one)
    #expect(withWorkers(2) { settings(samples) } == one)
  }

  @Test(arguments: [0x1p200, 0x1p-200, 0x1p600, 0x1p-600])
  func `the samples' unit changes no bit of the map`(unit: Double) throws {
    let samples = try Self.samples()
    let other = Matrix(
      rows: samples.rows, columns: samples.columns, elements: samples.elements.map { $0 * unit })
    var settings = NeighborMap()
    (settings.earlyIterations, settings.iterations) = (5, 5)
    #expect(settings(other) == settings(samples))
  }

  @Test func `groups lie apart and the divergence is no higher than scikit-learn's`() throws {
    let expected = try Fixture.json("projections.json", as: Content.self).pairs
    let samples = try Self.samples()
    var iterations: [Int] = []
    var settings = NeighborMap()
    settings.iterations = 750
    let places = settings(samples) { iterations.append($0) }
    #expect(iterations == Array(1...1000))
    var points = PlanePoints(count: samples.rows)
    for row in 0..<samples.rows {
      (points.x[row], points.y[row]) = (places[row, 0], places[row, 1])
    }
    let divergence = Affinities(samples, perplexity: 30).divergence(at: points)
    // As many steps from the same start end in other arrangements of single points.
    #expect(divergence < 1.02 * expected.divergence, "\(divergence), \(expected.divergence)")
    let (_, labels) = Problem.ten.samples
    let near = (0..<samples.rows).count { row in
      let other = (0..<samples.rows).filter { $0 != row }.min {
        Self.distance(places, row, $0) < Self.distance(places, row, $1)
      }
      return other.map { labels[$0] == labels[row] } ?? false
    }
    #expect(Double(near) > 0.9 * Double(samples.rows), "\(near) of \(samples.rows)")
  }

  private static func distance(_ places: Matrix, _ i: Int, _ j: Int) -> Double {
    let (x, y) = (places[i, 0] - places[j, 0], places[i, 1] - places[j, 1])
    return x * x + y * y
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 12])
  func `few samples and samples alike have places`(_ count: Int) {
    let alike = Matrix(
      rows: count, columns: 2, elements: Array(repeating: 1, count: 2 * count))
    let places = NeighborMap()(alike)
    #expect(places.rows == count)
    #expect(places.elements.allSatisfy { $0.isFinite })
    let own = Matrix(rows: count, columns: 1, elements: (0..<count).map(Double.init))
    #expect(NeighborMap()(own).elements.allSatisfy { $0.isFinite })
  }
}
