import Testing

@testable import RelicNN

/// Rectifiers whose input is held in 16 bits between the forward and the backward pass.
@Suite struct HalfRectifierTests {
  /// Channels that lie far from zero for their spread, where 16 bits are coarse; `[2, 4, 9, 9, 7]`.
  private static var input: Tensor {
    let offsets: [Float] = [0, 3, -100, 2_000, -30_000, 1e-6, 60_000]
    let spreads: [Float] = [1, 0.5, 0.25, 3, 40, 1e-6, 500]
    let noise = Formula.noise("half.z", [2, 4, 9, 9, 7]).scalars
    return Tensor(
      noise.indices.map { offsets[$0 % 7] + spreads[$0 % 7] * noise[$0] }, shape: [2, 4, 9, 9, 7])
  }

  /// A unit whose convolution passes its input on, so that `z` is known.
  private static func unit(precision: TrainingPrecision) -> ConvNorm {
    let identity = (0..<49).map { $0 / 7 == $0 % 7 ? Float(1) : 0 }
    return ConvNorm(
      Conv2D(weight: Tensor(identity, shape: [1, 1, 7, 7])),
      BatchNorm2D(
        scale: Tensor([1, -1, 0.7, 1.3, -0.4, 1, 1], shape: [7]),
        shift: Tensor([0.1, 0, -0.2, 0.3, 0, 0.01, 0], shape: [7]), activation: .relu),
      names: ("conv", "norm"), precision: precision)
  }

  /// 1 where a rectifier is open, else 0.
  private static func mask(_ y: Tensor) -> Tensor { y.mapped { $0 > 0 ? 1 : 0 } }

  private static func rounded(_ z: Tensor) -> Tensor { SavedActivation(z, as: .half).tensor }

  @Test func `backward's mask is the forward pass's in every element`() throws {
    var unit = Self.unit(precision: .half)
    let x = Self.input
    let (y, cache) = unit.forward(x)
    let open = Self.mask(y)
    let normalization = unit.normalization.normalization(
      mean: cache.mean, inverseDeviation: cache.inverseDeviation)
    let plain = Self.mask(normalization.normalized(Self.rounded(x), adding: nil))
    let wrong = zip(plain.scalars, open.scalars).count { $0 != $1 }
    #expect(wrong > 50, "an input for which plain rounding would do shows nothing")

    #expect(Self.mask(unit.output(of: cache).floats) == open)
    let ones = Tensor(repeating: 1, shape: x.shape)
    var written = ones
    let dz = unit.backward(&written, cache)
    #expect(written == open)
    var other = Self.unit(precision: .half)
    #expect(other.backward(ones, other.forward(x).cache) == dz, "a mask that is not written")
  }

  @Test func `the gradient of shifts, which masks decide, is that of whole activations`() throws {
    let x = Self.input
    let dy = Formula.noise("half.dy", x.shape)
    var (whole, half) = (Self.unit(precision: .float32), Self.unit(precision: .half))
    _ = whole.backward(dy, whole.forward(x).cache)
    _ = half.backward(dy, half.forward(x).cache)
    #expect(half.normalization.shift.gradient == whole.normalization.shift.gradient)
  }

  @Test(arguments: [1, -1, 0.3, 2, 0] as [Float])
  func `every number is its nearest, or the neighbour on its own side`(_ scale: Float) throws {
    let edges: [Float] = [
      0, -0.0, 1e-8, -1e-8, 2.9e-8, 6e-8, 1.000_488_3, -1.000_4, 2_049, -2_051, 1 / 3,
    ]
    let large: [Float] = scale == 0 ? [] : [65_504, 65_519, 65_520, -70_000]
    let values = edges + large + Formula.noise("half.edges", [2_000]).scalars
    let z = Tensor(values, shape: [values.count, 1])
    // Rectifiers that open close to one of the numbers, above, below and at it.
    for edge in edges + large {
      for push in [0, edge.ulp, -edge.ulp] {
        let shift = -(edge + push) * scale
        let normalization = Normalization(
          mean: [0], inverseDeviation: [1], scale: Tensor([scale], shape: [1]),
          shift: Tensor([shift], shape: [1]), activation: .relu)
        func open(_ z: Tensor) -> Tensor { Self.mask(normalization.normalized(z, adding: nil)) }
        let output = normalization.output(of: z, adding: nil, as: [], keeping: true)
        let found = try #require(output.z).tensor
        #expect(open(found) == open(z), "times \(scale) plus \(shift)")
        let (expected, plain) = (open(z).scalars, open(Self.rounded(z)).scalars)
        let kept = found.scalars
        for (index, value) in values.enumerated() {
          let nearest = Float16(value)
          let other = Float(nearest) < value ? nearest.nextUp : nearest.nextDown
          let agrees = expected[index] == plain[index]
          #expect(
            kept[index] == Float(agrees ? nearest : other),
            "\(value) times \(scale) plus \(shift)")
        }
      }
    }
  }
}
