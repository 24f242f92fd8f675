import Testing

@testable import RelicNN

/// Passes that make several forms of an output at once, and those that read what was kept in 16 bits.
@Suite struct NormalizedOutputTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var channels: Int
    var activation: Activation
    var addsResidual = false

    var testDescription: String { "\(channels) channels, \(activation), residual: \(addsResidual)" }

    /// Two views, and more pixels than go into one part of a pass.
    var shape: [Int] { [2, 3, 31, 29, channels] }
    var z: Tensor { Formula.noise("output.z", shape).mapped { 3 * $0 + 0.5 } }
    var residual: Tensor? { addsResidual ? Formula.noise("output.residual", shape) : nil }
    var normalization: Normalization {
      func noise(_ name: String, _ count: Int) -> Tensor { Formula.noise(name, [count]) }
      return Normalization(
        mean: noise("output.mean", 2 * channels).scalars,
        inverseDeviation: noise("output.deviation", 2 * channels).scalars.map { abs($0) + 0.1 },
        scale: noise("output.scale", channels), shift: noise("output.shift", channels),
        activation: activation)
    }
  }

  static let examples = [1, 5, 24, 70, 5_000].flatMap { channels in
    [
      Example(channels: channels, activation: .identity),
      Example(channels: channels, activation: .relu),
      Example(channels: channels, activation: .silu),
      Example(channels: channels, activation: .relu, addsResidual: true),
      Example(channels: channels, activation: .identity, addsResidual: true),
    ]
  }.filter { $0.channels < 1_000 || $0.activation == .relu }

  @Test(arguments: examples)
  func `one pass makes what one pass for each form makes`(_ example: Example) throws {
    let (z, normalization) = (example.z, example.normalization)
    let y = normalization.normalized(z, adding: example.residual)
    let all = normalization.output(
      of: z, adding: example.residual, as: [.floats, .rounded], keeping: true)
    #expect(all.floats == y)
    #expect(all.rounded?.tensor == BFloat16Tensor(y).tensor)
    let keepsSigns = example.activation == .relu && example.addsResidual
    #expect(all.signs?.tensor == (keepsSigns ? SignBits(y).tensor : nil))
    let kept = try #require(all.z)
    if example.activation != .relu || example.addsResidual {
      #expect(kept.tensor == HalfPrecision(z).tensor)
    }
    let rounded = normalization.output(
      of: z, adding: example.residual, as: .rounded, keeping: false)
    #expect(rounded.rounded?.tensor == BFloat16Tensor(y).tensor)
    #expect(rounded.z == nil && rounded.signs == nil)
  }

  @Test(arguments: examples)
  func `numbers of 16 bits become what the same numbers as floats do`(_ example: Example) throws {
    let (z, normalization) = (HalfPrecision(example.z), example.normalization)
    let y = normalization.normalized(z.tensor, adding: example.residual)
    let all = normalization.output(
      of: z, adding: example.residual, as: [.floats, .rounded], keeping: true)
    #expect(all.floats == y)
    #expect(all.rounded?.tensor == BFloat16Tensor(y).tensor)
    #expect(all.z?.tensor == z.tensor)
    let keepsSigns = example.activation == .relu && example.addsResidual
    #expect(all.signs?.tensor == (keepsSigns ? SignBits(y).tensor : nil))
    let rounded = normalization.output(
      of: z, adding: example.residual, as: .rounded, keeping: false)
    #expect(rounded.floats == nil && rounded.z == nil && rounded.signs == nil)
    #expect(rounded.rounded?.tensor == BFloat16Tensor(y).tensor)
  }

  @Test(arguments: examples.filter(\.addsResidual))
  func `a residual of bfloat16 numbers is added as the same numbers as floats`(
    _ example: Example
  ) throws {
    let residual = BFloat16Tensor(try #require(example.residual))
    let normalization = example.normalization
    let y = normalization.normalized(example.z, adding: residual.tensor)
    let found = normalization.output(of: example.z, adding: residual, as: .floats, keeping: true)
    #expect(found.floats == y)
    #expect(found.signs?.tensor == (example.activation == .relu ? SignBits(y).tensor : nil))
  }

  @Test(arguments: examples)
  func `gradients by numbers of 16 bits are those by the same numbers as floats`(
    _ example: Example
  ) {
    let normalization = example.normalization
    let z = HalfPrecision(example.z)
    let signs = example.addsResidual ? SignBits(Formula.noise("output.y", example.shape)) : nil
    let scale = Formula.noise("output.scale", [example.channels])
    for writes in [true, false] {
      var dy = Formula.noise("output.dy", example.shape)
      var other = dy
      let found = NormalizationGradient(
        &dy, z: z, y: signs, normalization, scale: scale, writes: writes)
      let expected = NormalizationGradient(
        &other, z: z.tensor, y: signs?.tensor, normalization, scale: scale, writes: writes)
      #expect(dy == other)
      #expect(found.dScale == expected.dScale && found.dShift == expected.dShift)
      let dz = expected.inputGradient(other, z: z.tensor)
      #expect(found.inputGradient(dy, z: z) == dz)
      #expect(
        found.roundedInputGradient(dy, z: z).tensor == BFloat16Tensor(dz).tensor)
      found.replaceByInputGradient(&dy, z: z)
      #expect(dy == dz)
    }
  }
}
