import TestSupport
import Testing

@testable import RelicNN

/// A normalised shape, what follows the normalisation, and the name the fixtures give them.
struct NormalizationCase: Sendable, CustomTestStringConvertible {
  var shape: [Int]
  var follows: String

  var testDescription: String {
    "norm_\(follows)_n\(shape[0])c\(shape[1])h\(shape[2])w\(shape[3])"
  }

  static let all = [[4, 5, 3, 3], [8, 3, 1, 1], [2, 17, 4, 5]].flatMap { shape in
    ["identity", "relu", "add_relu", "offset"].map { Self(shape: shape, follows: $0) }
  }

  func layer() throws -> BatchNorm2D {
    var layer = BatchNorm2D(
      channels: shape[1], activation: follows.hasSuffix("relu") ? .relu : .identity)
    try Formula.fill(&layer, path: testDescription)
    return layer
  }

  func x(_ step: Int) -> Tensor {
    let x = Formula.images("\(testDescription).x\(step)", shape)
    return follows == "offset" ? x.mapped { $0 * 0.5 + 100 } : x
  }

  var residual: Tensor? {
    follows == "add_relu" ? Formula.images("\(testDescription).residual", shape) : nil
  }
}

@Suite struct BatchNorm2DTests {
  @Test(arguments: NormalizationCase.all)
  func `two training steps agree with PyTorch`(_ example: NormalizationCase) throws {
    let fixture = try NetworkFixture("layers")
    let label = example.testDescription
    var layer = try example.layer()
    _ = layer.forward(example.x(0), adding: example.residual)
    let (y, cache) = layer.forward(example.x(1), adding: example.residual)
    var gradient = Formula.images("\(label).dy", example.shape)
    let dx = layer.backward(&gradient, cache)
    // The mean of inputs near 100 is itself rounded to 1e-5 of their deviation.
    let relative: Float = example.follows == "offset" ? 2e-4 : 3e-6
    func check(_ found: Tensor, _ name: String) throws {
      try fixture.expectClose(found, "\(label).\(name)", relative: relative, absolute: 1e-6)
    }
    try check(y.channelsFirst, "y")
    try check(dx.channelsFirst, "dx")
    try check(#require(layer.scale.gradient), "dweight")
    try check(#require(layer.shift.gradient), "dbias")
    try check(layer.runningMean.value, "running_mean")
    try check(layer.runningVariance.value, "running_var")
    if example.residual != nil { try check(gradient.channelsFirst, "dresidual") }
    let evaluated = layer(example.x(1), adding: example.residual)
    try check(evaluated.channelsFirst, "evaluated")
  }

  @Test(arguments: NormalizationCase.all.filter { $0.follows != "offset" && $0.residual == nil })
  func `backward agrees with central differences`(_ example: NormalizationCase) throws {
    // Eight values have a variance that a large step would bend.
    GradientCheck(step: 1 / 256, tolerance: 5e-3, hasKinks: example.follows == "relu")(
      try example.layer(), x: example.x(0))
  }

  @Test(arguments: [3, 64, 65, 130], [Activation.identity, .relu])
  func `agrees with the formula written out`(
    _ channels: Int, _ activation: Activation
  ) throws {
    // 1,100 rows of 65 channels take more than one task.
    let shape = [11, channels, 10, 10]
    let x = Formula.images("twin.x", shape)
    let dy = Formula.images("twin.dy", shape)
    var layer = BatchNorm2D(channels: channels, activation: activation)
    try Formula.fill(&layer, path: "twin")
    let slow = SlowNormalization(layer, x: x, dy: dy)
    let (y, cache) = layer.forward(x)
    let dx = layer.backward(dy, cache)
    let tolerance = Tolerance(relative: 1e-5, absolute: 3e-6)
    expectClose(y, slow.y, "y", within: tolerance)
    expectClose(dx, slow.dx, "dx", within: tolerance)
    let sums = Tolerance(relative: 1e-5, absolute: 3e-4)  // of 1,100 terms of size 1
    expectClose(try #require(layer.scale.gradient), slow.dScale, "dScale", within: sums)
    expectClose(try #require(layer.shift.gradient), slow.dShift, "dShift", within: sums)
  }

  @Test func `views are normalised apart, in order`() throws {
    let views = (0..<3).map { Formula.images("view\($0)", [4, 5, 3, 2]) }
    let slopes = (0..<3).map { Formula.images("slope\($0)", [4, 5, 3, 2]) }
    var together = try NormalizationCase.all[1].layer()
    var apart = together
    func stacked(_ views: [Tensor]) -> Tensor {
      Tensor.concatenated(views).reshaped([3] + views[0].shape)
    }
    let (y, cache) = together.forward(stacked(views))
    let dx = together.backward(stacked(slopes), cache)
    let parts = views.map { apart.forward($0) }
    let dxParts = zip(parts, slopes).map { apart.backward($1, $0.cache) }
    #expect(y == stacked(parts.map(\.y)))
    #expect(dx == stacked(dxParts))
    #expect(together.stateDict() == apart.stateDict())
    expectClose(
      try #require(together.scale.gradient), try #require(apart.scale.gradient), "dScale")
    expectClose(
      try #require(together.shift.gradient), try #require(apart.shift.gradient), "dShift")
  }

  @Test func `normalised channels have mean 0 and variance 1`() {
    var layer = BatchNorm2D(channels: 2)
    let y = layer.forwardOnly(Formula.images("unit", [7, 2, 5, 5])).scalars
    for channel in 0..<2 {
      let values = stride(from: channel, to: y.count, by: 2).map { Double(y[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(mean) < 1e-6)
      #expect(abs(square - 1) < 1e-4)  // ε takes 1e-5 of a variance of a third
    }
  }

  @Test func `one and two workers give the same bits`() {
    let x = Formula.images("workers", [16, 70, 12, 12]).reshaped([2, 8, 12, 12, 70])
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        var layer = BatchNorm2D(channels: 70, activation: .relu)
        let (y, cache) = layer.forward(x)
        let dx = layer.backward(x, cache)
        return [
          y, dx, layer.scale.gradient, layer.runningMean.value, layer.runningVariance.value,
        ] as [Tensor?]
      }
    }
    #expect(results[0] == results[1])
  }

  @Test func `a single value per channel traps`() async {
    await #expect(processExitsWith: .failure) {
      var layer = BatchNorm2D(channels: 2)
      _ = layer.forwardOnly(Tensor(zeros: [1, 1, 1, 2]))
    }
  }
}

/// Batch normalisation and its gradients channel by channel in double precision.
struct SlowNormalization {
  let y: Tensor
  let dx: Tensor
  let dScale: Tensor
  let dShift: Tensor

  init(_ layer: BatchNorm2D, x: Tensor, dy: Tensor) {
    let channels = layer.channels
    let (values, slopes) = (x.scalars.map(Double.init), dy.scalars.map(Double.init))
    var (y, dx) = (x.scalars, x.scalars)
    var (dScale, dShift) = ([Float](), [Float]())
    for channel in 0..<channels {
      let places = Array(stride(from: channel, to: values.count, by: channels))
      let count = Double(places.count)
      let mean = places.reduce(0) { $0 + values[$1] } / count
      let variance = places.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / count
      let deviation = (variance + Double(layer.epsilon)).squareRoot()
      let scale = Double(layer.scale.value.scalars[channel])
      let shift = Double(layer.shift.value.scalars[channel])
      let unit = places.map { (values[$0] - mean) / deviation }
      let out = unit.map { $0 * scale + shift }
      let g = zip(places, out).map { place, out in
        layer.activation == .relu && out <= 0 ? 0 : slopes[place]
      }
      let sum = g.reduce(0, +)
      let product = zip(g, unit).reduce(0) { $0 + $1.0 * $1.1 }
      for (index, place) in places.enumerated() {
        y[place] = Float(layer.activation == .relu ? max(out[index], 0) : out[index])
        dx[place] = Float(
          scale / deviation * (g[index] - sum / count - unit[index] * product / count))
      }
      dScale.append(Float(product))
      dShift.append(Float(sum))
    }
    self.y = Tensor(y, shape: x.shape)
    self.dx = Tensor(dx, shape: x.shape)
    self.dScale = Tensor(dScale, shape: [channels])
    self.dShift = Tensor(dShift, shape: [channels])
  }
}
