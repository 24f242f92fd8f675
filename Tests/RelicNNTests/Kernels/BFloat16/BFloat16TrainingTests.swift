import TestSupport
import Testing

@testable import RelicNN

/// The three products of a convolution's training, of bfloat16 numbers with float sums.
@Suite struct BFloat16TrainingTests {
  /// A convolution, and images of which some are too few or too small for all parts of a kernel.
  struct Example: Sendable, CustomTestStringConvertible {
    var batch: Int
    var side: (height: Int, width: Int)
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int

    var testDescription: String {
      "\(batch)x\(side.height)x\(side.width), \(inputs) to \(outputs), kernel \(kernel) by \(stride)"
    }

    var x: Tensor { Formula.noise("bf16.x", [batch, side.height, side.width, inputs]) }
    var weight: Tensor { Formula.noise("bf16.w", [kernel, kernel, inputs, outputs]) }
    var products: ConvolutionProducts {
      ConvolutionProducts(
        input: x.shape, weight: weight.shape, stride: stride, padding: kernel / 2)
    }
    var dy: Tensor { Formula.noise("bf16.dy", products.outputShape) }

    /// The output's shape, as that of two views where they are equal.
    var viewShape: [Int] {
      let shape = products.outputShape
      return batch % 2 == 0 ? [2, batch / 2] + shape.dropFirst() : shape
    }

    /// Output and its moments.
    var output: (y: Tensor, mean: [[Double]], deviations: [[Double]]) {
      let moments = BatchMoments(of: viewShape)
      let y = products.output(BFloat16Tensor(x), weight: weight, moments: moments)
      let joined = moments.joined()
      return (y.tensor, joined.mean, joined.deviations)
    }

    /// Output, input gradient and weight gradient.
    var found: [Tensor] {
      let (x, dy) = (BFloat16Tensor(x), BFloat16Tensor(dy))
      return [
        output.y,
        products.inputGradient(dy, weight: weight), products.weightGradient(x: x, dy: dy),
      ]
    }

    /// The same of floats, those of the rounded numbers.
    var expected: [Tensor] {
      func rounded(_ tensor: Tensor) -> Tensor { BFloat16Tensor(tensor).tensor }
      let (x, weight, dy) = (rounded(x), rounded(weight), rounded(dy))
      return [
        products.output(x, weight: weight) { _ in },
        products.inputGradient(dy, weight: weight), products.weightGradient(x: x, dy: dy),
      ]
    }
  }

  static let direct = [
    Example(batch: 3, side: (5, 4), inputs: 6, outputs: 10, kernel: 1, stride: 1),
    Example(batch: 40, side: (9, 7), inputs: 64, outputs: 200, kernel: 1, stride: 1),
    Example(batch: 2, side: (33, 31), inputs: 512, outputs: 320, kernel: 1, stride: 1),
    Example(batch: 3, side: (7, 6), inputs: 12, outputs: 8, kernel: 1, stride: 2),
    Example(batch: 5, side: (8, 8), inputs: 420, outputs: 400, kernel: 1, stride: 2),
    Example(batch: 3, side: (7, 6), inputs: 12, outputs: 8, kernel: 3, stride: 2),
    Example(batch: 2, side: (1, 1), inputs: 4, outputs: 6, kernel: 3, stride: 2),
    Example(batch: 9, side: (8, 9), inputs: 160, outputs: 144, kernel: 3, stride: 2),
    Example(batch: 2, side: (6, 5), inputs: 4, outputs: 6, kernel: 3, stride: 1),
    Example(batch: 2, side: (9, 11), inputs: 4, outputs: 8, kernel: 7, stride: 2),
    Example(batch: 1, side: (8, 7), inputs: 2, outputs: 4, kernel: 5, stride: 3),
    Example(batch: 20, side: (6, 6), inputs: 256, outputs: 256, kernel: 3, stride: 1),
    Example(batch: 70, side: (2, 2), inputs: 320, outputs: 256, kernel: 3, stride: 1),
  ]
  /// The norm of the difference as a share of the second's.
  private static func share(_ found: Tensor, _ expected: Tensor) -> Float {
    found.combined(expected, -).rootMeanSquare / expected.rootMeanSquare
  }

  @Test(arguments: direct)
  func `direct products are those of the rounded numbers`(_ example: Example) {
    #expect(example.products.takesBFloat16)
    var expected = example.expected
    // Outputs are rounded to 16 bits: a few go to the neighbour where sums differ in their last bits.
    expected[0] = HalfPrecision(expected[0]).tensor
    // Floats may go by Winograd's filtering.
    let limits: [Float] = [5e-5, 1e-5, 1e-5]
    for (index, (found, expected)) in zip(example.found, expected).enumerated() {
      #expect(found.shape == expected.shape)
      #expect(Self.share(found, expected) < limits[index])
    }
  }

  @Test(arguments: direct)
  func `moments are those of the output as it is rounded`(_ example: Example) {
    let (y, mean, deviations) = example.output
    let moments = BatchMoments(of: example.viewShape)
    moments.add(y)
    let expected = moments.joined()
    for (found, expected) in [(mean, expected.mean), (deviations, expected.deviations)] {
      for (found, expected) in zip(found.joined(), expected.joined()) {
        #expect(abs(found - expected) <= 1e-5 * max(1, abs(expected)))
      }
    }
  }

  @Test(arguments: direct)
  func `a gradient is added to a sum where it is made`(_ example: Example) {
    let (dy, weight) = (BFloat16Tensor(example.dy), example.weight)
    var sum = Formula.noise("bf16.sum", example.x.shape)
    let expected = sum.combined(example.products.inputGradient(dy, weight: weight), +)
    let place = sum.storageIdentity
    let found = example.products.inputGradient(dy, weight: weight, addedTo: sum.taken())
    #expect(found == expected)
    #expect(found.storageIdentity == place, "the sum was copied")
  }

  @Test(arguments: [(3, 7, 2), (3, 3, 1), (5, 1, 1)])
  func `an odd channel is joined by one of zeros`(inputs: Int, kernel: Int, stride: Int) throws {
    let example = Example(
      batch: 3, side: (9, 10), inputs: inputs, outputs: 8, kernel: kernel, stride: stride)
    func rounded(_ tensor: Tensor) -> Tensor { BFloat16Tensor(tensor).tensor }
    var found = Conv2D(weight: example.weight, stride: stride, padding: kernel / 2)
    var expected = Conv2D(weight: rounded(example.weight), stride: stride, padding: kernel / 2)
    #expect(found.takesBFloat16(example.x.shape))
    let x = FeatureMap(example.x).operand(isRounded: true)
    #expect(x.shape == [3, 9, 10, inputs + 1])
    let y = expected(rounded(example.x))
    guard case .half(let half) = found.output(x, moments: BatchMoments(of: y.shape)) else {
      Issue.record("no product of bfloat16 numbers")
      return
    }
    #expect(Self.share(half.tensor, y) < 3e-4)
    found.backwardWeight(example.dy, x)
    expected.backwardWeight(rounded(example.dy), ConvolutionCache(rounded(example.x)))
    let gradient = try #require(found.weight.gradient)
    #expect(gradient.shape == example.weight.shape)
    #expect(Self.share(gradient, try #require(expected.weight.gradient)) < 1e-5)
  }

  @Test func `what Winograd's filtering of floats does faster, and odd channels, stay floats`() {
    func takes(_ inputs: Int, _ outputs: Int, kernel: Int = 3, side: Int = 16) -> Bool {
      Example(
        batch: 64, side: (side, side), inputs: inputs, outputs: outputs, kernel: kernel, stride: 1
      ).products.takesBFloat16
    }
    #expect(!takes(64, 64) && !takes(128, 128) && takes(256, 256))
    #expect(takes(16, 16) && takes(64, 64, side: 1), "which are not filtered")
    #expect(takes(64, 64, kernel: 1) && !takes(3, 64, kernel: 1) && !takes(64, 7, kernel: 1))
  }

  @Test(arguments: direct)
  func `workers change no bit`(_ example: Example) {
    let results = [1, 2, 3].map { workers in
      withWorkers(workers) { (example.found, example.output) }
    }
    for other in results.dropFirst() {
      #expect(results[0].0 == other.0)
      #expect(results[0].1.mean == other.1.mean)
      #expect(results[0].1.deviations == other.1.deviations)
    }
  }
}
