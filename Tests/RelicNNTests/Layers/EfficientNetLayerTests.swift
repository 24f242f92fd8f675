import Testing

@testable import RelicNN

@Suite struct DepthwiseConv2DTests {
  // batch, channels, kernel, stride, height, width
  private static let shapes = [
    [2, 3, 3, 1, 5, 4], [2, 70, 3, 2, 6, 7], [3, 5, 3, 1, 1, 1], [2, 4, 3, 2, 2, 2],
    [1, 3, 5, 2, 7, 9],
  ]

  private static func label(_ s: [Int]) -> String {
    "depthwise_n\(s[0])c\(s[1])k\(s[2])s\(s[3])h\(s[4])w\(s[5])"
  }

  private static func layer(_ s: [Int]) -> DepthwiseConv2D {
    let weight = Formula.noise("\(label(s)).weight", [s[1], 1, s[2], s[2]])
    return DepthwiseConv2D(weight: weight.permuted(to: [2, 3, 1, 0]), stride: s[3])
  }

  private static func x(_ s: [Int]) -> Tensor {
    Formula.images("\(label(s)).x", [s[0], s[1], s[4], s[5]])
  }

  @Test(arguments: shapes)
  func `agrees with PyTorch`(_ s: [Int]) throws {
    let fixture = try NetworkFixture("efficientnet-layers")
    let label = Self.label(s)
    var layer = Self.layer(s)
    let (y, cache) = layer.forward(Self.x(s))
    let dy = Formula.images("\(label).dy", [s[0], s[1], y.shape[1], y.shape[2]])
    let dx = layer.backward(dy, cache)
    let dWeight = try #require(layer.weight.gradient).permuted(to: [3, 2, 0, 1])
    try fixture.expectClose(y.channelsFirst, "\(label).y", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dx.channelsFirst, "\(label).dx", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dWeight, "\(label).dweight", relative: 1e-6, absolute: 1e-6)
  }

  @Test(arguments: [shapes[0], shapes[3], shapes[4]])
  func `backward agrees with central differences`(_ s: [Int]) {
    GradientCheck(hasKinks: false)(Self.layer(s), x: Self.x(s))
  }

  @Test(arguments: [1, 2])
  func `equals a full convolution whose kernel is diagonal`(_ stride: Int) throws {
    let (channels, x) = (80, Formula.images("diagonal.x", [9, 80, 7, 6]))
    let weight = Formula.noise("diagonal.weight", [3, 3, 1, channels])
    var layer = DepthwiseConv2D(weight: weight, stride: stride)
    var diagonal = Array(repeating: Float(0), count: 9 * channels * channels)
    for tap in 0..<9 {
      for channel in 0..<channels {
        diagonal[(tap * channels + channel) * channels + channel] =
          weight.scalars[tap * channels + channel]
      }
    }
    let full = Conv2D(
      weight: Tensor(diagonal, shape: [3, 3, channels, channels]), stride: stride, padding: 1)
    let (y, cache) = layer.forward(x)
    let dy = Formula.noise("diagonal.dy", y.shape)
    let dx = layer.backward(dy, cache)
    let slow = SlowConvolution(full, x: x, dy: dy)
    let tolerance = Tolerance(relative: 1e-5, absolute: 2e-6)
    expectClose(y, slow.y, "y", within: tolerance)
    expectClose(dx, slow.dx, "dx", within: tolerance)
    let all = slow.dWeight.scalars
    let expected = (0..<(9 * channels)).map { all[$0 * channels + $0 % channels] }
    expectClose(
      try #require(layer.weight.gradient), Tensor(expected, shape: [3, 3, 1, channels]), "dWeight",
      within: Tolerance(relative: 1e-5, absolute: 2e-5))
  }
}

@Suite struct SqueezeExcitationTests {
  private func layer() throws -> SqueezeExcitation {
    var generator = Philox(seed: 0, purpose: .weights)
    var layer = SqueezeExcitation(channels: 9, squeezed: 4, using: &generator)
    try Formula.fill(&layer, path: "excitation")
    return layer
  }

  private let x = Formula.images("excitation.x", [3, 9, 4, 5])

  @Test func `agrees with PyTorch`() throws {
    let fixture = try NetworkFixture("efficientnet-layers")
    var layer = try layer()
    let (y, cache) = layer.forward(x)
    #expect(layer(x) == y)
    let dx = layer.backward(Formula.images("excitation.dy", [3, 9, 4, 5]), cache)
    try fixture.expectClose(y.channelsFirst, "excitation.y", relative: 2e-6, absolute: 1e-6)
    try fixture.expectClose(dx.channelsFirst, "excitation.d.x", relative: 2e-6, absolute: 1e-6)
    for (name, parameter) in layer.parameters {
      let gradient = try #require(parameter.gradient)
      let isOIHW = parameter.role == .convolutionWeight
      try fixture.expectClose(
        isOIHW ? gradient.permuted(to: [3, 2, 0, 1]) : gradient, "excitation.d.\(name)",
        relative: 2e-6, absolute: 1e-6)
    }
  }

  @Test func `backward agrees with central differences`() throws {
    GradientCheck(hasKinks: false)(try layer(), x: x)
  }
}

@Suite struct SiLUTests {
  @Test func `normalisation and SiLU agree with central differences`() throws {
    var layer = BatchNorm2D(channels: 70, activation: .silu, epsilon: 1e-3)
    try Formula.fill(&layer, path: "silu")
    GradientCheck(step: 1 / 256, tolerance: 5e-3, hasKinks: false)(
      layer, x: Formula.images("silu.x", [3, 70, 2, 2]))
  }

  @Test func `its exponential holds over the whole range`() {
    // Scale and shift leave z as it is when mean 0 and variance 1 - ε are given.
    let values = (-400...400).map { Float($0) / 4 }
    let width = values.count
    let layer = BatchNorm2D(
      scale: Tensor(repeating: 1, shape: [width]), shift: Tensor(zeros: [width]),
      activation: .silu, epsilon: 0)
    let y = layer(Tensor(values, shape: [1, 1, 1, width])).scalars
    for (x, y) in zip(values, y) {
      let expected = Double(x) / (1 + exponential(-Double(x)))
      #expect(abs(Double(y) - expected) <= 1e-6 * abs(expected) + 1e-30, "silu(\(x)) is \(y)")
    }
  }

  /// e to the power of x by squaring a Taylor series.
  private func exponential(_ x: Double) -> Double {
    let r = x / 1024
    var (sum, term) = (1.0, 1.0)
    for k in 1...16 {
      term *= r / Double(k)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
