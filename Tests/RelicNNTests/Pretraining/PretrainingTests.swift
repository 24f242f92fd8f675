import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// A short run of the whole recipe that PyTorch made too.
struct RecipeCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var stem: Stem
  var side: Int
  var localSide = 12
  var globals = 2
  var locals = 0
  var usesSigLIP = false

  static let all = [
    RecipeCase(testDescription: "recipe", stem: .imagenet, side: 32),
    RecipeCase(testDescription: "recipe-siglip", stem: .imagenet, side: 32, usesSigLIP: true),
    RecipeCase(testDescription: "recipe-multicrop", stem: .cifar, side: 16, globals: 3, locals: 2),
  ]

  var configuration: PretrainingConfiguration {
    var configuration = PretrainingConfiguration()
    configuration.encoder = .resnet18
    configuration.stem = stem
    configuration.imageSize = side
    configuration.epochs = 2
    configuration.batchSize = 16
    configuration.projectionHidden = 64
    configuration.projectionOutputs = 32
    configuration.emaDecay = 0.9
    configuration.useSigLIP = usesSigLIP
    configuration.globalViews = globals
    configuration.localViews = locals
    return configuration
  }

  /// The state before the first step, with the fixture's weights in both networks.
  func start() throws -> Pretraining<ResNet> {
    var run = Pretraining(configuration, stepsPerEpoch: 4)
    try Formula.fill(&run.trained.network) { name in
      name.hasPrefix("0.") ? String(name.dropFirst(2)) : headName(name)
    }
    run.target = run.trained.network
    return run
  }

  private func headName(_ name: String) -> String {
    name.replacing("1.block.0.", with: "head.block.0.")
      .replacing("1.block.2.", with: "head.block.2.")
  }

  /// Images of 4x4 patches of one colour each, the same for all names, under their own noise.
  static func view(_ name: String, batch: Int = 16, side: Int) -> Tensor {
    let blocks = Formula.noise("recipe.images", [batch, 3, 4, 4]).scalars
    let own = Formula.noise(name, [batch, 3, side, side])
    let patch = side / 4
    let pixels = own.scalars.enumerated().map { index, noise in
      let (plane, pixel) = index.quotientAndRemainder(dividingBy: side * side)
      let block = plane * 16 + pixel / side / patch * 4 + pixel % side / patch
      return blocks[block] * 0.25 + noise * 0.125 + 0.5
    }
    return Tensor(pixels, shape: own.shape).permuted(to: [0, 2, 3, 1])
  }

  var views: ViewBatch {
    let global = (0..<globals).map { Self.view("recipe.view\($0)", side: side) }
    let local = (0..<locals).map { Self.view("recipe.view\(globals + $0)", side: localSide) }
    return ViewBatch(
      global: .concatenated(global), globalCount: globals,
      local: local.isEmpty ? nil : .concatenated(local), localCount: locals)
  }
}

@Suite struct PretrainingTests {
  @Test(arguments: RecipeCase.all)
  func `the whole recipe agrees with PyTorch step by step`(_ example: RecipeCase) throws {
    let fixture = try NetworkFixture(example.testDescription)
    let steps = try fixture.tensor("steps")
    var run = try example.start()
    let views = example.views
    for step in 0..<steps.shape[0] {
      let expected = steps.rows(step..<(step + 1)).scalars
      let report = try run.advance(views)
      // SigLIP starts on a slope so steep that by ten steps PyTorch's own single precision is
      // 4.5e-3 away from its double precision.
      let isSteep = example.usesSigLIP && step >= 2
      func check(_ found: Float, _ column: Int, _ name: String, absolute: Float = 1e-5) {
        expectClose(
          found, expected[column], "\(name) of step \(step + 1)",
          within: Tolerance(relative: isSteep ? 1e-2 : 1e-3, absolute: absolute))
      }
      check(report.loss, 0, "loss")
      // A small difference of large terms.
      check(report.invariance, 1, "invariance", absolute: isSteep ? 2e-3 : 2e-4)
      check(log(report.logitScale), 2, "tau")
      // A softmax does not feel the bias; what Adam makes of its rounding errors is left alone.
      if example.usesSigLIP { check(report.bias, 3, "b") }
      check(Float(report.emaDecay), 4, "gamma")
    }
    // What a run is for: the target's features, in evaluation mode. Adam turns the sign of a
    // vanishing gradient into a whole step, so single elements drift while the whole stays.
    let features = run.target.encoder(
      RecipeCase.view("recipe.probe", batch: 4, side: example.side))
    let expected = try fixture.tensor("features")
    let lengths = features.rootMeanSquare * expected.rootMeanSquare * Float(expected.count)
    let cosine = Float(GradientCheck.inner(features, expected)) / lengths
    #expect(cosine > 0.999)
    expectClose(
      features.rootMeanSquare, expected.rootMeanSquare, "size of features",
      within: Tolerance(relative: 2e-2, absolute: 0))
  }

  @Test func `one and two workers give the same run`() throws {
    let example = RecipeCase.all[2]
    let start = try example.start()
    let views = example.views
    let results = try [1, 2].map { workers in
      try withWorkers(workers) {
        var run = start
        let reports = try (0..<3).map { _ in try run.advance(views) }
        return (run.target.stateDict(), reports)
      }
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1 == results[1].1)
  }

  @Test func `a copy of the state is a snapshot`() throws {
    let example = RecipeCase.all[2]
    var first = try example.start()
    let views = example.views
    _ = try first.advance(views)
    var second = first
    _ = try first.advance(views)
    let before = second.target.stateDict()
    #expect(first.target.stateDict() != before)
    _ = try second.advance(views)
    #expect(first.target.stateDict() == second.target.stateDict())
  }

  @Test func `projections that are all zero find no view and have no spread`() throws {
    let example = RecipeCase.all[2]
    var run = try example.start()
    run.trained.network.visitParameters("") { name, parameter in
      if name.hasPrefix("1.") { parameter.value = Tensor(zeros: parameter.value.shape) }
    }
    run.target = run.trained.network
    let report = try run.advance(example.views, measuresAccuracy: true)
    #expect(report.accuracy == MatchingAccuracy(top1: 0, top5: 0))
    #expect(report.spread == 0)
  }

  @Test func `the spread is the standard deviation of target projections of length 1`() throws {
    let example = RecipeCase.all[2]
    var run = try example.start()
    var target = run.target
    let (global, side) = (example.views.global, example.side)
    let projections = target.forwardOnly(global.reshaped([example.globals, 16, side, side, 3]))
    let rows = projections.rows(0..<1).reshaped(Array(projections.shape.dropFirst()))
    let unit = (0..<16).map { row in
      let values = rows.rows(row..<(row + 1)).scalars.map { Double($0) }
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / length }
    }
    // The mean square of the distances of all pairs is twice the variance.
    let squares = unit.flatMap { a in
      unit.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    }
    let expected = (squares.reduce(0, +) / 512).squareRoot()
    let spread = try #require(run.advance(example.views, measuresAccuracy: true).spread)
    #expect(abs(spread - expected) < 1e-6, "\(spread), not \(expected)")
  }

  @Test func `a view is found if no other of the batch is as near`() {
    let logits = Tensor(
      [
        3, 0, 0, 0, 0, 0, 0,
        3, 3, 0, 0, 0, 0, 0,
        1, 2, 3, 9, 9, 9, 9,
        1, 2, 3, 3, 9, 9, 9,
        1, 2, 3, 4, 3, 9, 9,
        1, 2, 4, 5, 3, 3, 9,
        0, 0, 0, 0, 0, 0, 0,
      ], shape: [7, 7])
    let found = MatchingAccuracy(logits: logits)
    #expect(found == MatchingAccuracy(top1: 1.0 / 7, top5: 6.0 / 7))
  }

  @Test func `a loss that is not a number stops the run`() throws {
    let example = RecipeCase.all[2]
    var run = try example.start()
    var views = example.views
    views.global = Tensor(repeating: .nan, shape: views.global.shape)
    #expect(throws: PretrainingError.self) { try run.advance(views) }
    #expect(run.step == 0)
  }
}

@Suite struct RelicNetworkTests {
  @Test func `the target moves by the share of the way, running statistics included`() throws {
    let example = RecipeCase.all[0]
    var online = try example.start().online
    var target = online
    let views = example.views.global.reshaped([2, 16, example.side, example.side, 3])
    _ = online.forwardOnly(views)  // moves running statistics
    online.visitParameters("") { _, parameter in
      if parameter.role.isTrained { parameter.value = parameter.value.mapped { $0 * 2 + 1 } }
    }
    let before = target.stateDict()
    target.move(towards: online, decay: 0.75)
    let (now, goal) = (target.stateDict(), online.stateDict())
    for name in before.names {
      let start = try #require(before.tensor(name))
      let end = try #require(goal.tensor(name))
      let found = try #require(now.tensor(name))
      expectClose(
        found, start.combined(end) { $0 + ($1 - $0) * 0.25 }, name,
        within: Tolerance(relative: 1e-6, absolute: 1e-7))
      #expect(found != start, "\(name) did not move")
    }
    let still = target.stateDict()
    target.move(towards: online, decay: 1)
    #expect(target.stateDict() == still)
  }

  @Test func `a decay nearer to one than a float tells moves the target`() throws {
    var online = try RecipeCase.all[0].start().online
    var target = online
    target.visitParameters("") { $1.value = Tensor(zeros: $1.value.shape) }
    online.visitParameters("") { $1.value = Tensor(repeating: 3, shape: $1.value.shape) }
    target.move(towards: online, decay: 1 - 0x1p-30)
    let others = target.parameters.filter { _, parameter in
      parameter.value != Tensor(repeating: 3 * 0x1p-30, shape: parameter.value.shape)
    }
    #expect(others.map(\.name) == [])
  }
}
