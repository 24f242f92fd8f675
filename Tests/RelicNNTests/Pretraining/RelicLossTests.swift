import Foundation
import TestSupport
import Testing

@testable import RelicNN

/// Projections and settings of a loss, and the name the fixtures give them.
struct LossCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var rows: Int
  var columns: Int
  var globals: Int
  var locals: Int
  var logScale: Float
  var bias: Float
  var alpha: Float
  var isSigLIP: Bool
  var temperature: Float?

  init(
    _ name: String, _ rows: Int, _ columns: Int, views: (Int, Int), _ logScale: Float,
    _ bias: Float, alpha: Float, siglip: Bool = false, temperature: Float? = nil
  ) {
    testDescription = name
    (self.rows, self.columns) = (rows, columns)
    (globals, locals) = views
    (self.logScale, self.bias) = (logScale, bias)
    (self.alpha, isSigLIP, self.temperature) = (alpha, siglip, temperature)
  }

  static let all = [
    LossCase("start", 6, 5, views: (2, 0), 0, 0, alpha: 1),
    LossCase("warm", 7, 16, views: (2, 0), 0.75, -0.25, alpha: 2.5),
    LossCase("clamped", 6, 5, views: (2, 0), 2, 0.5, alpha: 1),
    LossCase("no_penalty", 5, 8, views: (2, 0), 0.5, 0, alpha: 0),
    LossCase("multicrop", 5, 8, views: (3, 2), 0.5, 0.125, alpha: 1),
    LossCase("one_global_local", 4, 8, views: (1, 1), 0.5, 0.125, alpha: 1),
    LossCase("siglip", 6, 8, views: (2, 0), Float(log(10.0)), -10, alpha: 1, siglip: true),
    LossCase("siglip_clamped", 4, 8, views: (2, 0), 3, -4, alpha: 0.5, siglip: true),
    LossCase("siglip_multicrop", 5, 8, views: (3, 2), 1, -2, alpha: 1, siglip: true),
    LossCase("single", 1, 4, views: (2, 0), 0, 0, alpha: 1),
    LossCase("fixed", 6, 8, views: (2, 0), 0, 0, alpha: 0.6, temperature: 5),
    LossCase("fixed_multicrop", 5, 8, views: (3, 2), 0, 0, alpha: 1, temperature: 0.5),
  ]

  var loss: any ContrastiveLoss {
    if let temperature { return RelicLoss(alpha: alpha, fixedTemperature: temperature) }
    return isSigLIP ? SigLIPLoss(alpha: alpha) : RelicLoss(alpha: alpha)
  }

  private func view(_ name: String) -> Tensor {
    Formula.noise("\(testDescription).base", [rows, columns]).combined(
      Formula.noise("\(testDescription).\(name)", [rows, columns]), +)
  }

  /// `[views, rows, columns]`, as is the next one.
  var online: Tensor { stacked((0..<(globals + locals)).map { view("online\($0)") }) }
  var target: Tensor { stacked((0..<globals).map { view("target\($0)") }) }

  private func stacked(_ views: [Tensor]) -> Tensor {
    .concatenated(views).reshaped([views.count, rows, columns])
  }

  func result(_ online: Tensor, logScale: Float? = nil, bias: Float? = nil) -> ViewLoss {
    loss(
      online: online, target: target, logScale: logScale ?? self.logScale,
      bias: bias ?? self.bias)
  }
}

@Suite struct RelicLossTests {
  @Test(arguments: LossCase.all)
  func `value and gradients agree with PyTorch`(_ example: LossCase) throws {
    let fixture = try NetworkFixture("loss")
    let label = example.testDescription
    let result = example.result(example.online)
    func check(_ found: Float, _ name: String) throws {
      expectClose(
        found, try fixture.tensor("\(label).\(name)").scalars[0], "\(label).\(name)",
        within: Tolerance(relative: 1e-5, absolute: 1e-6))
    }
    try check(result.loss, "loss")
    try check(result.invariance, "invariance")
    try check(result.dLogScale, "dtau")
    try check(result.dBias, "db")
    for view in 0..<(example.globals + example.locals) {
      try fixture.expectClose(
        result.dOnline.view(view), "\(label).dx\(view)", relative: 1e-5, absolute: 1e-6)
    }
  }

  @Test(arguments: LossCase.all)
  func `gradients agree with central differences`(_ example: LossCase) {
    let online = example.online
    let result = example.result(online)
    // Single precision of the loss over a step of 1/128 leaves an error of about 1e-4.
    let check = GradientCheck(step: 1 / 128, tolerance: 1e-3, hasKinks: false)
    check.compare(online, result.dOnline, "dOnline") { Double(example.result($0).loss) }
    func scalar(_ value: Float) -> Tensor { Tensor([value], shape: []) }
    check.compare(scalar(example.bias), scalar(result.dBias), "dBias") {
      Double(example.result(online, bias: $0.scalars[0]).loss)
    }
    check.compare(scalar(example.logScale), scalar(result.dLogScale), "dLogScale") {
      Double(example.result(online, logScale: $0.scalars[0]).loss)
    }
  }

  /// As many images as fill the kernels' blocks and more; the reference sums in double precision.
  @Test(arguments: [false, true])
  func `value and gradients agree with the sums written out`(_ usesSigLIP: Bool) {
    let example = LossCase(
      "large", 37, 6, views: (2, 0), 1.25, -0.5, alpha: 1.5, siglip: usesSigLIP)
    let (online, target) = (example.online.view(0), example.target.view(1))
    let result = example.loss.pair(
      online: online, target: target, logScale: example.logScale, bias: example.bias)
    let slow = SlowLoss(example: example, target: target)
    let x = online.scalars.map { Double($0) }
    expectClose(result.loss, Float(slow.value(x)), "loss")
    var gradient = x
    for index in x.indices {
      func moved(_ step: Double) -> Double {
        var copy = x
        copy[index] += step
        return slow.value(copy)
      }
      gradient[index] = (moved(1e-5) - moved(-1e-5)) / 2e-5
    }
    let expected = Tensor(gradient.map { Float($0) }, shape: online.shape)
    expectClose(
      result.dOnline, expected, "dOnline",
      within: Tolerance(relative: 1e-5, absolute: 0, floor: expected.rootMeanSquare))
  }

  @Test func `equal projections of different images cost the logarithm of the batch`() {
    let online = Tensor(repeating: 1, shape: [8, 3])
    let result = RelicLoss(alpha: 1).pair(online: online, target: online, logScale: 0, bias: 0)
    expectClose(result.loss, log(8), "loss")
    expectClose(result.invariance, 0, "invariance")
    #expect(RelicLoss(alpha: 1).chanceLevel(ofImages: 8) == log(8.0))
  }

  @Test func `the length of projections does not matter`() {
    let example = LossCase.all[1]
    let once = example.result(example.online)
    let twice = example.result(example.online.mapped { 4 * $0 })
    #expect(once.loss == twice.loss)
    expectClose(twice.dOnline, once.dOnline.mapped { $0 / 4 }, "dOnline")
  }

  @Test func `a projection of zeros gives finite gradients`() {
    let example = LossCase.all[0]
    let result = example.result(Tensor(zeros: example.online.shape))
    #expect(result.loss.isFinite)
    #expect(result.dOnline.scalars.allSatisfy { $0.isFinite })
  }

  @Test func `the gradient of a row shorter than the least length is divided alone`() {
    // The second row is 5 long, the last one shorter by a factor of 20 than 1e-12.
    let x = Tensor([0, 0, 3, 4, 3e-14, 4e-14], shape: [3, 2])
    let d = Tensor([1, 2, 1, 2, 1, 2], shape: [3, 2])
    let compared = ComparedRows(x)
    expectClose(
      compared.rows, Tensor([0, 0, 0.6, 0.8, 0.03, 0.04], shape: [3, 2]), "rows")
    // x̂ · d is 2.2 in the second row.
    expectClose(
      compared.backward(d, scale: 2),
      Tensor([2e12, 4e12, -0.128, 0.096, 2e12, 4e12], shape: [3, 2]), "dx")
  }

  @Test func `one and two workers give the same bits`() {
    let online = Formula.noise("online", [600, 64]).reshaped([2, 300, 64])
    let target = Formula.noise("target", [600, 64]).reshaped([2, 300, 64])
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        let result = RelicLoss(alpha: 1)(
          online: online, target: target, logScale: 1, bias: 0)
        return [result.dOnline, Tensor([result.loss, result.dLogScale], shape: [2])]
      }
    }
    #expect(results[0] == results[1])
  }
}

extension ContrastiveLoss {
  /// Returns the loss of one pair of views `[n, d]`: that of a target's own online view is not asked
  /// for.
  fileprivate func pair(
    online: Tensor, target: Tensor, logScale: Float, bias: Float
  ) -> ViewLoss {
    var result = self(
      online: .concatenated([target, online]).reshaped([2] + online.shape),
      target: target.reshaped([1] + target.shape), logScale: logScale, bias: bias)
    result.dOnline = result.dOnline.view(1)
    return result
  }
}

/// The loss of one pair of views as sums in double precision.
private struct SlowLoss {
  let example: LossCase
  let target: Tensor

  func value(_ online: [Double]) -> Double {
    let (n, loss) = (example.rows, example.loss)
    func normalized(_ elements: [Double]) -> [[Double]] {
      (0..<n).map { row in
        let slice = elements[(row * example.columns)..<((row + 1) * example.columns)]
        let length = slice.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return slice.map { $0 / length }
      }
    }
    let (x, other) = (normalized(online), normalized(target.scalars.map { Double($0) }))
    let scale = min(exp(Double(example.logScale)), Double(loss.maximumLogitScale))
    let logits = x.map { x in
      other.map { zip(x, $0).reduce(0) { $0 + $1.0 * $1.1 } * scale + Double(example.bias) }
    }
    let rows = logits.map { log($0.reduce(0) { $0 + exp($1) }) }
    let columns = (0..<n).map { b in log(logits.reduce(0) { $0 + exp($1[b]) }) }
    var (instance, invariance) = (0.0, 0.0)
    for a in 0..<n {
      for b in 0..<n {
        let logC = logits[a][b] - columns[b]
        invariance += exp(logC) * (logC - (logits[b][a] - rows[b]))
        if example.isSigLIP { instance += log(1 + exp(a == b ? -logits[a][b] : logits[a][b])) }
      }
      if !example.isSigLIP { instance += rows[a] - logits[a][a] }
    }
    return (instance + Double(example.alpha) * invariance) / Double(n)
  }
}
