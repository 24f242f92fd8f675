import TestSupport
import Testing

@testable import RelicNN

/// One parameter and, as an optimiser must leave alone, a running statistic.
private struct Weights: Module {
  var weight: Parameter
  var statistic = Parameter(Tensor(repeating: 3, shape: [2]), role: .runningStatistic)

  init(_ values: Tensor) { weight = Parameter(values, role: .weight) }

  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try body("weight", &weight)
    try body("statistic", &statistic)
  }
}

@Suite struct AdamTests {
  @Test(arguments: [("adam", 3e-4, 1e-5), ("adam_strong", 0.125, 0.5)], [1, 7, 67])
  func `ten steps agree with PyTorch`(_ run: (String, Double, Double), _ size: Int) throws {
    let fixture = try NetworkFixture("optimizer")
    let label = "\(run.0)\(size)"
    var weights = Weights(Formula.noise(label, [size]))
    var adam = Adam(learningRate: Float(run.1), weightDecay: Float(run.2))
    for step in 0..<10 {
      var gradient = Formula.noise("\(label).step\(step)", [size]).scalars
      for index in stride(from: 0, to: size, by: 4) { gradient[index] = 0 }
      if size == 7 { gradient = gradient.map { $0 * 0x1p-20 } }
      weights.weight.accumulate(Tensor(gradient, shape: [size]))
      adam.update(&weights)
      #expect(weights.weight.gradient == nil)
    }
    // Ten roundings of the moments: 1e-6 of ten steps of the learning rate.
    expectClose(
      weights.weight.value, try fixture.tensor(label), label,
      within: Tolerance(relative: 1e-6, absolute: Float(run.1) * 1e-5))
    #expect(weights.statistic.value == Tensor(repeating: 3, shape: [2]))
  }

  #if arch(x86_64)
    /// Weights that nothing but the penalty moves end among them, which is slow on Intel's processors.
    @Test func `numbers below the smallest normal one become zeros, and stay elsewhere`() {
      let tiny = Tensor([0x1p-130, 1, -0x1p-140], shape: [3])
      var weights = Weights(tiny)
      var adam = Adam(learningRate: 0.125, weightDecay: 0.5)
      weights.weight.accumulate(Tensor(zeros: [3]))
      adam.update(&weights)
      let values = weights.weight.value.scalars
      #expect(values[0] == 0 && values[1] < 1 && values[2] == 0)
      #expect(adam.moments[0].mean.scalars.map { $0 == 0 } == [true, false, true])
      var target = Tensor([0x1p-126, 1, 0x1p-126], shape: [3])
      target.move(towards: Tensor(zeros: [3]), rate: 0.25)
      #expect(target.scalars == [0, 0.75, 0])
      #expect(tiny.mapped { $0 * 0.5 }.scalars[0] == 0x1p-131)
    }
  #endif

  /// Powers of two: neither the factor nor its inverse rounds a number.
  @Test(arguments: [65_536, 0x1p-10] as [Float])
  func `gradients of a loss times a factor take the steps of the loss, to the bit`(
    _ lossScale: Float
  ) {
    func steps(_ factor: Float) -> (weights: Tensor, moments: [Tensor]) {
      var weights = Weights(Formula.noise("scaled", [67]))
      var adam = Adam(learningRate: 0.125, weightDecay: 0.5)
      for step in 0..<3 {
        let gradient = Formula.noise("scaled.step\(step)", [67])
        weights.weight.accumulate(gradient.mapped { $0 * factor })
        adam.update(&weights, lossScale: factor)
      }
      return (weights.weight.value, adam.moments.flatMap { [$0.mean, $0.square] })
    }
    let (plain, scaled) = (steps(1), steps(lossScale))
    #expect(scaled.weights == plain.weights)
    #expect(scaled.moments == plain.moments)
    #expect(scaled.moments.count == 2)
  }

  @Test func `a parameter without a gradient stays as it is`() {
    var weights = Weights(Tensor([1, 2], shape: [2]))
    var adam = Adam(learningRate: 1, weightDecay: 1)
    adam.update(&weights)
    #expect(weights.weight.value == Tensor([1, 2], shape: [2]))
    #expect(adam.step == 1)
  }

  @Test func `one and two workers give the same bits`() {
    let start = Formula.noise("many", [300_000])
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        var weights = Weights(start)
        var adam = Adam(learningRate: 0.01, weightDecay: 1e-5)
        for _ in 0..<2 {
          weights.weight.accumulate(start)
          adam.update(&weights)
        }
        return weights.weight.value
      }
    }
    #expect(results[0] == results[1])
  }
}
