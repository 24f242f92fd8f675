import Foundation
import RelicNN
import TestSupport
import Testing

@testable import LinearProbe

@Suite struct SharedObjectiveTests {
  /// Samples in two groups of interleaved rows, and models of which one does not see the second.
  struct Case: Sendable, CustomTestStringConvertible {
    var classes: Int
    var inputs: Int
    var rows: Int
    var stored = "float32"

    var testDescription: String { "\(rows) x \(inputs) \(stored), \(classes) classes" }

    var features: Features {
      let u = Problem.uniform(rows * inputs, seed: 21).map { $0 - 0.4 }
      return stored == "float32"
        ? Features(rows: rows, columns: inputs, elements: u.map(Float.init))
        : Features(rows: rows, columns: inputs, elements: u)
    }
    var targets: [Int32] {
      Problem.uniform(rows, seed: 22).map { Int32($0 * Double(classes)) }
    }
    var groups: [[Int32]] {
      [(0..<Int32(rows)).filter { $0 % 3 > 0 }, (0..<Int32(rows)).filter { $0 % 3 == 0 }]
    }
    var problems: [SharedObjective.Problem] {
      let weights = (0..<classes).map { 0.5 + Double($0 % 4) }
      return [
        SharedObjective.Problem(
          excludedGroup: nil, classWeights: weights.map { _ in 1 }, scale: 0.25, penalty: 0.5),
        SharedObjective.Problem(
          excludedGroup: 1, classWeights: weights, scale: 1 / Double(rows), penalty: 1e-3),
      ]
    }
    var points: [[Double]] {
      let outputs = classes == 2 ? 1 : classes
      return [31, 32].map { seed in
        Problem.uniform(outputs * (inputs + 1), seed: seed).map { $0 - 0.5 }
      }
    }

    func evaluate(
      _ precision: LogisticRegression.Precision, sharedBy ranks: any RankGroup = OneRank()
    ) -> [SharedObjective.Evaluation] {
      let objective = SharedObjective(
        features: features, targets: targets, groups: groups, classes: classes, problems: problems,
        fitsIntercept: true, precision: precision, sharedBy: ranks)
      // The second time the memory of the first is used.
      _ = objective.evaluate([(1, points[0])])
      return objective.evaluate(Array(zip([0, 1], points)))
    }

    /// The sums of the formula, sample by sample.
    func expected(_ position: Int) -> SharedObjective.Evaluation {
      let (problem, point) = (problems[position], points[position])
      let features = features
      var gradient = Array(repeating: 0.0, count: classes * (inputs + 1))
      var loss = 0.0
      for (group, rows) in groups.enumerated() where group != problem.excludedGroup {
        for row in rows {
          let (x, target) = (features.row(Int(row)), Int(targets[Int(row)]))
          var z = (0..<classes).map { code in
            (0..<inputs).reduce(point[classes * inputs + code]) {
              $0 + x[$1] * point[code * inputs + $1]
            }
          }
          let largest = z.max() ?? 0
          let total = z.reduce(0) { $0 + exp($1 - largest) }
          let weight = problem.classWeights[target]
          loss += weight * (log(total) + largest - z[target])
          for code in 0..<classes {
            z[code] = weight * (exp(z[code] - largest) / total - (code == target ? 1 : 0))
            for input in 0..<inputs { gradient[code * inputs + input] += z[code] * x[input] }
            gradient[classes * inputs + code] += z[code]
          }
        }
      }
      var squares = 0.0
      for index in gradient.indices {
        gradient[index] *= problem.scale
        guard index < classes * inputs else { continue }
        gradient[index] += problem.penalty * point[index]
        squares += point[index] * point[index]
      }
      return SharedObjective.Evaluation(
        value: loss * problem.scale + 0.5 * problem.penalty * squares, gradient: gradient)
    }
  }

  // Of the widest, blocks of rows and tiles of outputs and inputs are not whole.
  static let cases = [
    Case(classes: 3, inputs: 5, rows: 40), Case(classes: 10, inputs: 600, rows: 300),
    Case(classes: 257, inputs: 520, rows: 150),
    Case(classes: 257, inputs: 520, rows: 150, stored: "float64"),
  ]

  @Test(arguments: cases, LogisticRegression.Precision.allCases)
  func `value and gradient are those of the formula`(
    problem: Case, precision: LogisticRegression.Precision
  ) {
    let isWide = WidePass.suits(classes: problem.classes, inputs: problem.inputs)
    #expect(isWide == (problem.classes > 10))
    // Products of single precision are rounded by 6e-8 each, and there are hundreds in a sum.
    let tolerance = precision == .float64 ? 1e-12 : 1e-5
    for (position, found) in problem.evaluate(precision).enumerated() {
      let expected = problem.expected(position)
      #expect(abs(found.value - expected.value) <= tolerance * expected.value)
      expectClose(found.gradient, expected.gradient, relative: tolerance, "model \(position)")
    }
  }

  @Test(arguments: cases, LogisticRegression.Precision.allCases)
  func `the number of workers changes no bit`(
    problem: Case, precision: LogisticRegression.Precision
  ) {
    let found = [1, 3].map { workers in withWorkers(workers) { problem.evaluate(precision) } }
    for (one, three) in zip(found[0], found[1]) {
      #expect(one.value == three.value)
      #expect(one.gradient == three.gradient)
    }
  }

  /// The widest has seven parts of its samples.
  @Test(
    arguments: cases + [
      Case(classes: 3, inputs: 5, rows: 20_000), Case(classes: 4096, inputs: 32, rows: 7_500),
    ], LogisticRegression.Precision.allCases)
  func `the number of ranks changes no bit`(
    problem: Case, precision: LogisticRegression.Precision
  ) throws {
    let expected = problem.evaluate(precision)
    for size in 2...4 {
      let found = ThreadRanks.run(size) { problem.evaluate(precision, sharedBy: $0) }
      for evaluations in found {
        for (own, whole) in zip(evaluations, expected) {
          #expect(own.value == whole.value)
          #expect(own.gradient == whole.gradient)
        }
      }
    }
  }

  @Test func `long vectors have the same sums on any number of workers`() {
    let count = (1 << 18) + 12_345
    let (a, b) = (Problem.uniform(count, seed: 5), Problem.uniform(count, seed: 6))
    let found = [1, 3].map { workers in
      withWorkers(workers) { () -> (dot: Double, sum: [Double]) in
        var sum = a
        add(0.3, b, to: &sum)
        scale(&sum, by: 1.7)
        return (dot(a, b), sum)
      }
    }
    #expect(found[0].dot == found[1].dot)
    #expect(found[0].sum == found[1].sum)
    let expected = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(found[0].dot - expected) <= 1e-12 * expected)
    for index in stride(from: 0, to: count, by: 997) {
      #expect(abs(found[0].sum[index] - (a[index] + 0.3 * b[index]) * 1.7) <= 1e-15)
    }
  }
}
