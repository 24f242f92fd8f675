import Testing

@testable import RelicNN

@Suite struct ResidualBlockTests {
  private func unit(
    _ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1,
    activation: Activation = .relu, _ names: (String, String),
    precision: TrainingPrecision = .float32
  ) -> ConvNorm {
    var generator = Philox(seed: 7, purpose: .weights)
    return ConvNorm(
      Conv2D(
        inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
        using: &generator),
      BatchNorm2D(channels: outputs, activation: activation), names: names, precision: precision)
  }

  @Test(arguments: [1, 2])
  func `backward agrees with central differences`(_ stride: Int) throws {
    let widens = stride > 1
    var block = ResidualBlock(
      [
        unit(3, 4, 1, ("conv1", "bn1")), unit(4, 4, 3, stride: stride, ("conv2", "bn2")),
        unit(4, widens ? 5 : 3, 1, ("conv3", "bn3")),
      ], shortcut: widens ? unit(3, 5, 1, stride: 2, activation: .identity, ("0", "1")) : nil)
    try Formula.fill(&block)
    let x = Formula.images("block.x\(stride)", [5, 3, 4, 4])
    GradientCheck(step: 1 / 1024, tolerance: 1e-2)(block, x: x)
  }

  /// In bfloat16 rectifiers see other sums than in float32: biases keep them away from their kinks.
  ///
  /// These leave activations near 4, of deviation 1: what is off by up to 2^-11 of its size, or by 2^-9
  /// in bfloat16, is off by four times as much of what gradients are made of.
  @Test(arguments: [1, 2])
  func `gradients in 16 bits are near those of float32`(_ stride: Int) throws {
    func block(_ precision: TrainingPrecision) throws -> ResidualBlock {
      let outputs = stride > 1 ? 6 : 4
      var block = ResidualBlock(
        [
          unit(4, 6, 1, ("conv1", "bn1"), precision: precision),
          unit(6, 6, 3, stride: stride, ("conv2", "bn2"), precision: precision),
          unit(6, outputs, 1, ("conv3", "bn3"), precision: precision),
        ],
        shortcut: stride > 1
          ? unit(4, 6, 1, stride: 2, activation: .identity, ("0", "1"), precision: precision)
          : nil)
      try Formula.fill(&block, clear: true)
      block.visitParameters("") { name, parameter in
        // The last rectifier's own bias is enough.
        if name == "downsample.1.bias" { parameter.value = Tensor(zeros: parameter.value.shape) }
      }
      return block
    }
    let x = Formula.images("block.wide\(stride)", [5, 4, 6, 6])
    PrecisionCheck(gradients: 1e-2)(
      try block(.half), against: try block(.float32), x: x, "half")
    PrecisionCheck(output: 0.02, gradients: 0.05)(
      try block(.bfloat16), against: try block(.float32), x: x, "bfloat16")
  }

  @Test func `parameters carry torchvision's names in its order`() {
    let block = ResidualBlock(
      [unit(3, 4, 3, ("conv1", "bn1")), unit(4, 4, 3, ("conv2", "bn2"))],
      shortcut: unit(3, 4, 1, activation: .identity, ("0", "1")))
    #expect(
      block.parameters.map(\.name) == [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "conv2.weight", "bn2.weight", "bn2.bias", "bn2.running_mean", "bn2.running_var",
        "downsample.0.weight", "downsample.1.weight", "downsample.1.bias",
        "downsample.1.running_mean", "downsample.1.running_var",
      ])
  }

  @Test func `a permuted tensor has its axes exchanged`() {
    let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    let y = x.permuted(to: [2, 0, 1])
    #expect(y.shape == [4, 2, 3])
    for (i, j, k) in [(0, 0, 0), (3, 1, 2), (2, 0, 1), (1, 1, 0)] {
      #expect(y.scalars[(i * 2 + j) * 3 + k] == x.scalars[(j * 3 + k) * 4 + i])
    }
  }
}
