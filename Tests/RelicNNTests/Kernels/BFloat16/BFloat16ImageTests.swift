import Testing

@testable import RelicNN

/// Passes over images of bfloat16 numbers, against those over the same numbers as floats.
@Suite struct BFloat16ImageTests {
  static let shapes = [[3, 5, 7, 24], [2, 1, 1, 33], [1, 4, 4, 1]]

  static func images(_ name: String, _ shape: [Int]) -> BFloat16Tensor {
    BFloat16Tensor(Formula.noise(name, shape))
  }

  @Test(arguments: shapes) func `maxima are those of the floats`(_ shape: [Int]) {
    let x = Self.images("x", shape)
    let pool = MaxPool2D(kernel: 3, stride: 2, padding: 1)
    #expect(pool(x).tensor == pool(x.tensor))
  }

  @Test(arguments: shapes) func `means are those of the floats`(_ shape: [Int]) {
    let x = Self.images("x", shape)
    let far = zip(x.pixelMeans.scalars, GlobalAveragePool()(x.tensor).scalars).count {
      !(abs($0 - $1) <= 1e-6)
    }
    #expect(far == 0)
  }

  @Test(arguments: shapes) func `sums and products with a gate are rounded once`(_ shape: [Int]) {
    let (x, y) = (Self.images("x", shape), Self.images("y", shape))
    var sum = x.tensor
    sum.add(y.tensor)
    #expect(x.adding(y).tensor == BFloat16Tensor(sum).tensor)
    let gate = Formula.noise("gate", [shape[0], 1, 1, shape[3]])
    #expect(
      x.scaled(by: gate).tensor == BFloat16Tensor(ChannelGate.scaled(x.tensor, by: gate)).tensor)
  }

  /// Channels of whole blocks, of one that overlaps, and of none.
  @Test(arguments: [32, 64, 45, 20], [(6, 1), (7, 2), (1, 1), (2, 2)])
  func `a depthwise convolution is that of the floats, rounded once`(
    channels: Int, size: (side: Int, stride: Int)
  ) {
    let x = Self.images("x", [2, size.side, size.side + 1, channels])
    let weight = Formula.noise("w", [3, 3, 1, channels])
    let z = DepthwiseConv2D(weight: weight, stride: size.stride)(x.tensor)
    for activation in [Activation.identity, .relu, .silu] {
      let normalization = Normalization(
        mean: Array(repeating: 0.25, count: channels),
        inverseDeviation: Array(repeating: 0.5, count: channels),
        scale: Formula.noise("scale", [channels]), shift: Formula.noise("shift", [channels]),
        activation: activation)
      let found = BFloat16Depthwise(
        weight: weight, stride: size.stride, normalization: normalization)(x)
      let floats = normalization.normalized(z, adding: nil)
      #expect(found.shape == floats.shape)
      let far = zip(found.tensor.scalars, floats.scalars).count {
        !(abs($0 - $1) <= abs($1) * 0x1p-8 + 0x1p-20)
      }
      #expect(far == 0, "\(activation)")
    }
  }
}
