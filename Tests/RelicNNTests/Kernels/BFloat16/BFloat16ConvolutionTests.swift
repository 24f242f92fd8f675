import TestSupport
import Testing

@testable import RelicNN

@Suite struct BFloat16ConvolutionTests {
  /// A convolution of an image of `height` x `width` pixels.
  struct Case: Sendable, CustomTestStringConvertible {
    var images = 3
    var height = 5
    var width = 7
    var inputs = 16
    var outputs = 24
    var kernel = 3
    var stride = 1
    var activation = Activation.relu
    var hasResidual = false

    var testDescription: String {
      "\(kernel)x\(kernel)/\(stride) \(inputs)→\(outputs), \(height)x\(width)"
    }
  }

  static let cases = [
    Case(), Case(hasResidual: true), Case(height: 1, width: 1), Case(height: 2, width: 2),
    Case(height: 8, width: 9, stride: 2), Case(inputs: 70, outputs: 130, kernel: 1),
    Case(inputs: 6, outputs: 80, kernel: 1, activation: .identity, hasResidual: true),
    Case(inputs: 10, outputs: 17, kernel: 1, stride: 2), Case(inputs: 3, kernel: 7, stride: 2),
    Case(images: 1, height: 12, width: 10, inputs: 3, activation: .silu),
    Case(images: 200, height: 2, width: 3, inputs: 2, outputs: 1),
    Case(inputs: 8, outputs: 48, kernel: 5, activation: .silu),
  ]

  @Test(arguments: cases) func `every output is that of rounded numbers, rounded once`(_ test: Case)
  {
    let problem = Problem(test)
    #expect(problem.firstWrong(problem.output()) == nil)
  }

  @Test(arguments: cases) func `the number of workers changes no bit`(_ test: Case) {
    let problem = Problem(test)
    let outputs = (1...4).map { workers in withWorkers(workers) { problem.output().tensor } }
    #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
  }

  /// Sides whose tiles are of four, three and two, and whose last tiles reach over the edge.
  static let tiled = [(8, 8), (7, 10), (6, 6), (5, 4), (2, 2)].map { height, width in
    Case(height: height, width: width, inputs: 40, outputs: 72, hasResidual: width != 4)
  }

  /// Between rounded transforms an output is off by some thousandths of what it is summed from.
  @Test(arguments: tiled) func `by Winograd's filtering, outputs are near those of the sums`(
    _ test: Case
  ) {
    let problem = Problem(test)
    var (square, size) = (0.0, 0.0)
    problem.forEachOutput(problem.output()) { found, expected, _ in
      square += (Double(found) - expected) * (Double(found) - expected)
      size += expected * expected
      return true
    }
    #expect((square / size).squareRoot() < 0.02)
    // Not the direct product, which would be nearer.
    #expect(problem.firstWrong(problem.output()) != nil)
  }

  @Test(arguments: tiled) func `Winograd's filtering gives the same bits with any workers`(
    _ test: Case
  ) {
    let problem = Problem(test)
    let outputs = (1...4).map { workers in withWorkers(workers) { problem.output().tensor } }
    #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
  }

  @Test func `an image's output does not depend on those beside it`() {
    let problem = Problem(Case(images: 30, height: 6, width: 6, inputs: 32, outputs: 96))
    let whole = problem.output().tensor
    for image in [0, 13, 29] {
      let alone = problem.convolution(BFloat16Tensor(problem.x.rows(image..<(image + 1))))
      #expect(alone.tensor == whole.rows(image..<(image + 1)))
    }
  }

  /// A convolution, its input and what it must give.
  struct Problem {
    let test: Case
    let x: Tensor
    let weight: Tensor
    let residual: Tensor?
    let normalization: Normalization
    let convolution: BFloat16Convolution

    init(_ test: Case) {
      self.test = test
      let padding = test.kernel / 2
      x = Formula.noise("x", [test.images, test.height, test.width, test.inputs])
      weight = Formula.noise("w", [test.kernel, test.kernel, test.inputs, test.outputs])
      let scales = Formula.noise("scale", [test.outputs])
      let shifts = Formula.noise("shift", [test.outputs])
      normalization = Normalization(
        mean: Array(repeating: 0.25, count: test.outputs),
        inverseDeviation: Array(repeating: 0.5, count: test.outputs), scale: scales, shift: shifts,
        activation: test.activation)
      convolution = BFloat16Convolution(
        weight: weight, stride: test.stride, padding: padding, normalization)
      let shape = ConvolutionProducts(
        input: x.shape, weight: weight.shape, stride: test.stride, padding: padding
      ).outputShape
      residual = test.hasResidual ? Formula.noise("residual", shape) : nil
    }

    func output() -> BFloat16Tensor {
      test.inputs % 2 == 1
        ? convolution(x)
        : convolution(BFloat16Tensor(x), adding: residual.map { BFloat16Tensor($0) })
    }

    /// The first output farther from the one in double precision than rounding allows.
    func firstWrong(_ output: BFloat16Tensor) -> (found: Float, expected: Double)? {
      var wrong: (found: Float, expected: Double)?
      forEachOutput(output) { found, expected, magnitude in
        // Half of the last of 8 bits, and what sums in single precision may be off.
        let allowed = abs(expected) * 0x1p-8 + (magnitude + 1) * 0x1p-20
        if !(abs(Double(found) - expected) <= allowed) { wrong = (found, expected) }
        return wrong == nil
      }
      return wrong
    }

    /// Calls `body` with every output, the one in double precision and the magnitude of what it is
    /// summed from, until it returns false.
    func forEachOutput(
      _ output: BFloat16Tensor,
      _ body: (_ found: Float, _ expected: Double, _ magnitude: Double) -> Bool
    ) {
      let (x, w) = (BFloat16Tensor(x).tensor.scalars, BFloat16Tensor(weight).tensor.scalars)
      let r = residual.map { BFloat16Tensor($0).tensor.scalars }
      let parameters = normalization.parameters.scalars
      let shape = ImageShape(output.shape)
      let (found, padding) = (output.tensor.scalars, test.kernel / 2)
      for index in found.indices {
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: test.outputs)
        let (image, place) = pixel.quotientAndRemainder(dividingBy: shape.pixels)
        var (sum, magnitude) = (0.0, 0.0)
        for tap in 0..<(test.kernel * test.kernel) {
          let row = place / shape.width * test.stride - padding + tap / test.kernel
          let column = place % shape.width * test.stride - padding + tap % test.kernel
          guard (0..<test.height).contains(row), (0..<test.width).contains(column) else { continue }
          let source = ((image * test.height + row) * test.width + column) * test.inputs
          for input in 0..<test.inputs {
            let product =
              Double(x[source + input])
              * Double(w[(tap * test.inputs + input) * test.outputs + channel])
            sum += product
            magnitude += abs(product)
          }
        }
        let scale = Double(parameters[channel])
        var y = sum * scale + Double(parameters[test.outputs + channel])
        if let r { y += Double(r[index]) }
        if test.activation == .relu { y = max(y, 0) }
        if test.activation == .silu { y = y * Double(sigmoid(Float(y))) }
        if !body(found[index], y, magnitude * abs(scale)) { return }
      }
    }

    private func sigmoid(_ x: Float) -> Float {
      var gate = Tensor([x], shape: [1, 1])
      ChannelGate.applyBiasedSigmoid(to: &gate, bias: Tensor(zeros: [1]))
      return gate.scalars[0]
    }
  }
}
