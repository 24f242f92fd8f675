import Testing

@testable import RelicNN

/// A convolution with its normalisation and activation.
@Suite struct NormalizedConvolutionTests {
  private let x = Formula.images("unit.x", [3, 4, 5, 4])

  private func full(_ stride: Int, _ precision: TrainingPrecision = .float32) throws -> ConvNorm {
    let weight = Tensor(zeros: [3, 3, 4, 6])
    var unit = ConvNorm(
      Conv2D(weight: weight, stride: stride, padding: 1),
      BatchNorm2D(channels: 6, activation: .silu, epsilon: 1e-3), names: ("0", "1"),
      precision: precision)
    try Formula.fill(&unit, path: "full")
    return unit
  }

  private func depthwise(
    _ stride: Int, _ precision: TrainingPrecision = .float32
  ) throws -> DepthwiseNorm {
    let weight = Tensor(zeros: [3, 3, 1, 4])
    var unit = DepthwiseNorm(
      DepthwiseConv2D(weight: weight, stride: stride),
      BatchNorm2D(channels: 4, activation: .silu, epsilon: 1e-3), names: ("0", "1"),
      precision: precision)
    try Formula.fill(&unit, path: "depthwise")
    return unit
  }

  @Test(arguments: [1, 2])
  func `backward agrees with central differences`(_ stride: Int) throws {
    // As of a normalisation alone: the step bends a variance of some twenty values little.
    let check = GradientCheck(step: 1 / 256, tolerance: 5e-3, hasKinks: false)
    check(try full(stride), x: x)
    check(try depthwise(stride), x: x)
  }

  /// As `EfficientNetV2BlockTests` has it, of one layer.
  @Test(arguments: [1, 2])
  func `gradients in 16 bits are near those of float32`(_ stride: Int) throws {
    for (precision, check) in [
      (TrainingPrecision.half, PrecisionCheck(gradients: 5e-3)),
      (.bfloat16, PrecisionCheck(output: 0.02, gradients: 0.03)),
    ] {
      check(try full(stride, precision), against: try full(stride), x: x, "full, \(precision)")
    }
    // Its products are of floats whatever the precision.
    for precision in [TrainingPrecision.half, .bfloat16] {
      PrecisionCheck(gradients: 5e-3)(
        try depthwise(stride, precision), against: try depthwise(stride), x: x,
        "depthwise, \(precision)")
    }
  }
}
