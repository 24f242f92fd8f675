import Testing

@testable import RelicNN

/// Layers whose batch lies on several ranks, beside the same on one.
@Suite struct SharedLayerTests {
  /// What a layer makes of a batch.
  private struct Outcome: Sendable {
    var y: Tensor
    var dx: Tensor
    var gradients: [Tensor] = []
    var statistics: [Tensor] = []

    init(_ layer: some Layer, x: Tensor, dy: Tensor, _ ranks: any Communicator) {
      var layer = layer
      let (y, cache) = layer.forward(x)
      self.y = y
      dx = layer.backward(dy, cache)
      layer.sumGradients(over: ranks)
      for (_, parameter) in layer.parameters {
        if let gradient = parameter.gradient { gradients.append(gradient) }
        if !parameter.role.isTrained { statistics.append(parameter.value) }
      }
    }
  }

  /// Compares a layer over `size` ranks with one process, for `x` of shape `[views, 7, …]`.
  ///
  /// Sums over other groups of rows are rounded otherwise: a few units of the last place of the
  /// largest terms.
  private static func compare(
    _ layer: some Layer, _ x: Tensor, size: Int, relative: Float = 3e-6,
    location: SourceLocation = #_sourceLocation
  ) throws {
    var copy = layer
    let dy = Formula.noise("shared.dy", copy.forward(x).y.shape)
    let whole = Outcome(layer, x: x, dy: dy, OneRank())
    let parts = ThreadRanks.run(size) { ranks in
      let rows = BatchRows(of: x.shape[1], rank: ranks.rank, size: size)
      var own = SharedStep.$current.withValue(SharedStep(ranks)) {
        Outcome(layer, x: rows.own(of: x), dy: rows.own(of: dy), ranks)
      }
      own.y = rows.gathered(own.y, ranks)
      own.dx = rows.gathered(own.dx, ranks)
      return own
    }
    for (rank, part) in parts.enumerated() {
      func check(_ found: Tensor, _ expected: Tensor, _ name: String) {
        expectClose(
          found, expected, "\(name) of rank \(rank) of \(size)",
          within: Tolerance(relative: relative, absolute: 1e-6, floor: expected.rootMeanSquare),
          location: location)
      }
      check(part.y, whole.y, "y")
      check(part.dx, whole.dx, "dx")
      #expect(part.gradients.count == whole.gradients.count, sourceLocation: location)
      for (index, pair) in zip(part.gradients, whole.gradients).enumerated() {
        check(pair.0, pair.1, "gradient \(index)")
      }
      for (index, pair) in zip(part.statistics, whole.statistics).enumerated() {
        check(pair.0, pair.1, "running statistic \(index)")
      }
      #expect(part.gradients == parts[0].gradients, sourceLocation: location)
      #expect(part.statistics == parts[0].statistics, sourceLocation: location)
    }
  }

  private static func images(_ channels: Int, side: Int = 5) -> Tensor {
    Formula.noise("shared.x", [2, 7, side, side, channels])
  }

  @Test(arguments: [1, 2, 3, 4], [Activation.identity, .relu, .silu])
  func `a normalisation is by the rows of all ranks`(_ size: Int, _ activation: Activation) throws {
    var layer = BatchNorm2D(channels: 6, activation: activation)
    try Formula.fill(&layer, path: "shared")
    try Self.compare(layer, Self.images(6), size: size)
    // One row on a rank has no variance of its own.
    try Self.compare(layer, Formula.noise("shared.single", [2, 7, 1, 1, 6]), size: size)
  }

  @Test(arguments: [2, 3, 4])
  func `gradients of convolutions and linear layers are sums over all ranks`(_ size: Int) throws {
    var generator = Philox(seed: 3, purpose: .weights)
    let full = Conv2D(inputs: 8, outputs: 16, kernel: 3, padding: 1, using: &generator)
    try Self.compare(full, Self.images(8), size: size)
    let depthwise = DepthwiseConv2D(channels: 8, kernel: 3, using: &generator)
    try Self.compare(depthwise, Self.images(8), size: size)
    // Large enough to travel by itself.
    let linear = Linear(inputs: 300, outputs: 200, using: &generator)
    try Self.compare(linear, Formula.noise("shared.rows", [2, 7, 300]), size: size)
    try Self.compare(
      SqueezeExcitation(channels: 8, squeezed: 2, using: &generator), Self.images(8), size: size)
  }

  /// Sums of other rows round a few of the numbers that are kept in 16 bits to the next one, 1/1024 or,
  /// of bfloat16, 1/128 away.
  @Test(
    arguments: [2, 3, 4],
    [(TrainingPrecision.float32, Float(2e-5)), (.half, 1e-3), (.bfloat16, 1e-2)])
  func `a block with a shortcut is that of the whole batch`(
    _ size: Int, _ kept: (TrainingPrecision, Float)
  ) throws {
    let (precision, tolerance) = kept
    var generator = Philox(seed: 4, purpose: .weights)
    func unit(_ inputs: Int, _ outputs: Int, _ stride: Int, _ activation: Activation) -> ConvNorm {
      ConvNorm(
        Conv2D(
          inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1,
          using: &generator),
        BatchNorm2D(channels: outputs, activation: activation), names: ("conv", "bn"),
        precision: precision)
    }
    let block = ResidualBlock(
      [unit(6, 8, 2, .relu), unit(8, 8, 1, .relu)], shortcut: unit(6, 8, 2, .identity))
    try Self.compare(block, Self.images(6, side: 8), size: size, relative: tolerance)
  }
}
