import CKernels
import Foundation
import Testing

@Suite struct ProbeKernelTests {
  static let weights = [1, 0.5, 2, 1, 1, 3, 0.25]

  @Test(arguments: [1, 2, 3, 7, 10, 37], [1, 5])
  func `softmax gradients and losses are those of the formula`(classes: Int, models: Int) {
    let rows = 131  // two whole tiles and a bit
    let width = classes * models
    let logits = Problem.uniform(rows * width, seed: 11).enumerated().map { index, u in
      // Among common logits some that are huge and some all alike.
      (u - 0.5) * [1, 20, 3000, 0][index / width % 4]
    }
    let targets = Problem.uniform(rows, seed: 12).map { Int32($0 * Double(classes)) }
    let weights = (0..<width).map { Self.weights[$0 % Self.weights.count] }
    var found = logits
    var losses = Array(repeating: 1.0, count: models)
    unsafe relic_probe_softmax(rows, models, classes, &found, targets, weights, &losses)

    var expectedLosses = Array(repeating: 1.0, count: models)
    for row in 0..<rows {
      for model in 0..<models {
        let start = row * width + model * classes
        let own = logits[start..<(start + classes)]
        let largest = own.max() ?? 0
        let total = own.reduce(0) { $0 + exp($1 - largest) }
        let target = Int(targets[row])
        let weight = weights[model * classes + target]
        expectedLosses[model] += weight * (log(total) - (logits[start + target] - largest))
        for code in 0..<classes {
          let probability = exp(logits[start + code] - largest) / total
          let expected = weight * (probability - (code == target ? 1 : 0))
          let value = found[start + code]
          #expect(abs(value - expected) <= 1e-15 * weight, "row \(row): \(value), \(expected)")
        }
      }
    }
    for (loss, expected) in zip(losses, expectedLosses) {
      #expect(abs(loss - expected) <= 1e-13 * expected, "\(loss), \(expected)")
    }
  }

  @Test(arguments: [1, 5])
  func `sigmoid gradients and losses are those of the formula`(models: Int) {
    let rows = 131
    let logits = Problem.uniform(rows * models, seed: 13).enumerated().map { index, u in
      (u - 0.5) * [1, 20, 100, 3000, 0][index / models % 5]
    }
    let targets = Problem.uniform(rows, seed: 14).map { Int32($0 * 2) }
    let weights = (0..<(2 * models)).map { Self.weights[$0 % Self.weights.count] }
    var found = logits
    var losses = Array(repeating: 0.0, count: models)
    unsafe relic_probe_sigmoid(rows, models, &found, targets, weights, &losses)

    var expectedLosses = Array(repeating: 0.0, count: models)
    for row in 0..<rows {
      for model in 0..<models {
        let (z, target) = (logits[row * models + model], Double(targets[row]))
        let weight = weights[2 * model + Int(target)]
        expectedLosses[model] += weight * (log1p(exp(-abs(z))) + max(z, 0) - target * z)
        let expected = weight * (1 / (1 + exp(-z)) - target)
        let value = found[row * models + model]
        #expect(abs(value - expected) <= 1e-15 * weight, "row \(row): \(value), \(expected)")
      }
    }
    for (loss, expected) in zip(losses, expectedLosses) {
      #expect(abs(loss - expected) <= 1e-13 * expected, "\(loss), \(expected)")
    }
  }

  @Test(arguments: [0, 1, 7, 64, 1000])
  func `numbers are rounded to single precision and added to doubles one by one`(count: Int) {
    let doubles = Problem.uniform(count, seed: 15).map { $0 - 0.5 }
    var singles = Array(repeating: Float(9), count: count)
    unsafe relic_probe_narrow(count, doubles, &singles)
    #expect(singles == doubles.map(Float.init))
    var sums = doubles
    unsafe relic_probe_add(count, singles, &sums)
    #expect(sums == zip(doubles, singles).map { $0 + Double($1) })
  }

  @Test func `a small loss keeps its digits`() {
    // log(1 + exp(-30)) is lost in 1 + exp(-30) unless the remainder is put back.
    var (z, loss) = (30.0, 0.0)
    unsafe relic_probe_sigmoid(1, 1, &z, [1], [1, 1], &loss)
    #expect(abs(loss - log1p(exp(-30))) <= 1e-15 * loss)
  }

  @Test(arguments: [0, 1, 1023, 1024, 1025, 5000])
  func `the first element that is not finite is found`(count: Int) {
    var single = Problem.uniform(max(count, 1), seed: 15).prefix(count).map { Float($0) }
    var double = single.map(Double.init)
    #expect(unsafe relic_probe_finite_prefix_f32(count, single) == count)
    #expect(unsafe relic_probe_finite_prefix_f64(count, double) == count)
    for (position, value) in [(4999, Float.nan), (1024, -.infinity), (1023, .infinity), (0, .nan)]
    where position < count {
      single[position] = value
      double[position] = Double(value)
      #expect(unsafe relic_probe_finite_prefix_f32(count, single) == position)
      #expect(unsafe relic_probe_finite_prefix_f64(count, double) == position)
    }
  }

  @Test func `widening keeps every number`() {
    let single = [0, -0.0, 1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Float]
    var double = Array(repeating: 9.0, count: 6)
    unsafe relic_probe_widen(5, single, &double)
    #expect(double == single.map(Double.init) + [9])
  }
}
