import TestSupport
import Testing

@testable import RelicNN

/// A convolution's sizes, and the name the fixtures give it.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var batch: Int
  var inputs: Int
  var outputs: Int
  var kernel: Int
  var stride: Int
  var padding: Int
  var height: Int
  var width: Int

  var testDescription: String {
    "conv_n\(batch)i\(inputs)o\(outputs)k\(kernel)s\(stride)p\(padding)h\(height)w\(width)"
  }

  init(_ n: Int, _ i: Int, _ o: Int, _ k: Int, _ s: Int, _ p: Int, _ h: Int, _ w: Int) {
    (batch, inputs, outputs, kernel) = (n, i, o, k)
    (stride, padding, height, width) = (s, p, h, w)
  }

  func x() -> Tensor {
    Formula.images("\(testDescription).x", [batch, inputs, height, width])
  }

  func layer() -> Conv2D {
    let weight = Formula.noise("\(testDescription).weight", [outputs, inputs, kernel, kernel])
    return Conv2D(weight: weight.permuted(to: [2, 3, 1, 0]), stride: stride, padding: padding)
  }

  func dy(_ y: Tensor) -> Tensor {
    Formula.images("\(testDescription).dy", [y.shape[0], y.shape[3], y.shape[1], y.shape[2]])
  }

  static let fixtures = [
    ConvolutionCase(2, 3, 4, 1, 1, 0, 5, 4), ConvolutionCase(2, 5, 3, 1, 2, 0, 5, 6),
    ConvolutionCase(3, 16, 8, 1, 1, 0, 1, 1), ConvolutionCase(2, 4, 5, 1, 2, 0, 1, 1),
    ConvolutionCase(2, 3, 4, 3, 1, 1, 1, 1), ConvolutionCase(2, 17, 6, 3, 1, 1, 2, 2),
    ConvolutionCase(2, 3, 4, 3, 1, 1, 4, 4), ConvolutionCase(2, 3, 4, 3, 1, 1, 7, 5),
    ConvolutionCase(1, 2, 3, 3, 1, 0, 5, 3), ConvolutionCase(2, 3, 4, 3, 2, 1, 1, 1),
    ConvolutionCase(2, 3, 4, 3, 2, 1, 2, 2), ConvolutionCase(2, 8, 4, 3, 2, 1, 4, 4),
    ConvolutionCase(2, 3, 4, 3, 2, 1, 7, 6), ConvolutionCase(2, 3, 4, 7, 2, 3, 1, 1),
    ConvolutionCase(2, 3, 4, 7, 2, 3, 4, 4), ConvolutionCase(2, 3, 5, 7, 2, 3, 9, 11),
    ConvolutionCase(1, 2, 3, 5, 3, 2, 8, 7), ConvolutionCase(1, 3, 2, 2, 2, 0, 5, 4),
  ]

  /// Sizes at which the work is cut in other ways: by position in large batches of small images,
  /// into slices of wide or deep kernels, into several panels, into Winograd's tiles.
  static let large = [
    ConvolutionCase(130, 3, 5, 3, 1, 1, 4, 4), ConvolutionCase(129, 4, 3, 3, 2, 1, 5, 4),
    ConvolutionCase(300, 5, 4, 3, 1, 1, 2, 2), ConvolutionCase(257, 6, 4, 3, 1, 1, 1, 1),
    ConvolutionCase(128, 4, 6, 1, 2, 0, 4, 4), ConvolutionCase(128, 130, 7, 3, 1, 1, 2, 2),
    ConvolutionCase(128, 200, 6, 3, 2, 1, 2, 2), ConvolutionCase(140, 3, 8, 7, 2, 3, 4, 4),
    ConvolutionCase(2, 136, 136, 3, 1, 1, 4, 3), ConvolutionCase(2, 300, 560, 1, 1, 0, 3, 3),
    ConvolutionCase(2, 300, 560, 1, 2, 0, 3, 3), ConvolutionCase(2, 368, 368, 3, 1, 1, 2, 3),
    ConvolutionCase(6, 3, 5, 3, 1, 1, 17, 16), ConvolutionCase(3, 3, 16, 7, 2, 3, 33, 40),
    ConvolutionCase(2, 32, 48, 3, 1, 1, 8, 8), ConvolutionCase(3, 48, 32, 3, 1, 1, 7, 5),
    ConvolutionCase(130, 32, 32, 3, 1, 1, 4, 4), ConvolutionCase(2, 128, 160, 3, 1, 1, 6, 9),
    ConvolutionCase(40, 32, 64, 3, 1, 1, 7, 8), ConvolutionCase(30, 24, 40, 3, 1, 1, 6, 9),
    ConvolutionCase(40, 136, 144, 3, 1, 1, 3, 3), ConvolutionCase(70, 160, 128, 3, 1, 1, 4, 4),
    ConvolutionCase(17, 20, 130, 3, 1, 1, 1, 1), ConvolutionCase(20, 130, 200, 3, 2, 1, 4, 5),
    ConvolutionCase(50, 48, 40, 3, 1, 1, 2, 2), ConvolutionCase(130, 160, 128, 3, 1, 1, 2, 2),
    // A stride that passes over taps: an image of 1x1 meets the outer ones and not the middle.
    ConvolutionCase(16, 4, 5, 3, 2, 2, 1, 1), ConvolutionCase(130, 3, 4, 5, 3, 4, 2, 1),
    ConvolutionCase(16, 136, 4, 3, 2, 2, 1, 1),
    // Images of one row or column, in which taps beside it meet nothing.
    ConvolutionCase(40, 32, 64, 3, 1, 1, 8, 1), ConvolutionCase(140, 32, 40, 3, 1, 1, 1, 6),
  ]
}

@Suite struct Conv2DTests {
  @Test(arguments: ConvolutionCase.fixtures)
  func `agrees with PyTorch`(_ shape: ConvolutionCase) throws {
    let fixture = try NetworkFixture("layers")
    var layer = shape.layer()
    let (y, cache) = layer.forward(shape.x())
    let dx = layer.backward(shape.dy(y), cache)
    let dWeight = try #require(layer.weight.gradient).permuted(to: [3, 2, 0, 1])
    let label = shape.testDescription
    try fixture.expectClose(y.channelsFirst, "\(label).y", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dx.channelsFirst, "\(label).dx", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dWeight, "\(label).dweight", relative: 1e-6, absolute: 1e-6)
  }

  @Test(arguments: ConvolutionCase.fixtures + ConvolutionCase.large)
  func `agrees with the sums written out`(_ shape: ConvolutionCase) throws {
    let x = shape.x()
    var layer = shape.layer()
    let (y, cache) = layer.forward(x)
    let dy = shape.dy(y)
    let dx = layer.backward(dy, cache)
    let slow = SlowConvolution(layer, x: x, dy: dy)
    let isWinograd = shape.kernel == 3 && shape.stride == 1 && shape.padding == 1
    // Rounding measured against the size of the result; Winograd's transforms cost a digit.
    func close(_ a: Tensor, _ b: Tensor, _ label: String) {
      let tolerance = Tolerance(
        relative: isWinograd ? 1e-4 : 1e-5, absolute: 1e-6, floor: b.rootMeanSquare)
      expectClose(a, b, label, within: tolerance)
    }
    close(y, slow.y, "y")
    close(dx, slow.dx, "dx")
    close(try #require(layer.weight.gradient), slow.dWeight, "dWeight")
  }

  @Test(arguments: [2, 4, 7, 8, 11, 12, 15, 16])
  func `backward agrees with central differences`(_ index: Int) {
    let shape = ConvolutionCase.fixtures[index]
    GradientCheck(hasKinks: false)(shape.layer(), x: shape.x())
  }

  @Test(arguments: ConvolutionCase.large)
  func `one and two workers give the same bits`(_ shape: ConvolutionCase) {
    let results = [1, 2].map { workers in
      withWorkers(workers) {
        var layer = shape.layer()
        let (y, cache) = layer.forward(shape.x())
        let dx = layer.backward(shape.dy(y), cache)
        return [y, dx, layer.weight.gradient] as [Tensor?]
      }
    }
    #expect(results[0] == results[1])
  }

  @Test func `gradients add up over calls`() throws {
    let shape = ConvolutionCase.fixtures[6]
    var layer = shape.layer()
    let (y, cache) = layer.forward(shape.x())
    _ = layer.backward(shape.dy(y), cache)
    let once = try #require(layer.weight.gradient)
    _ = layer.backward(shape.dy(y), cache)
    #expect(layer.weight.gradient == once.mapped { 2 * $0 })
  }

  @Test func `channels that do not match trap`() async {
    await #expect(processExitsWith: .failure) {
      let layer = Conv2D(weight: Tensor(zeros: [3, 3, 4, 2]))
      _ = layer(Tensor(zeros: [1, 5, 5, 3]))
    }
  }
}

/// A convolution and its gradients as sums in double precision.
struct SlowConvolution {
  let y: Tensor
  let dx: Tensor
  let dWeight: Tensor

  init(_ layer: Conv2D, x: Tensor, dy: Tensor) {
    let (kernel, inputs, outputs) = (layer.kernel, layer.inputs, layer.outputs)
    let (height, width) = (x.shape[1], x.shape[2])
    let (images, weights, slopes) = (x.scalars, layer.weight.value.scalars, dy.scalars)
    var y = Array(repeating: 0.0, count: dy.count)
    var dx = Array(repeating: 0.0, count: x.count)
    var dWeight = Array(repeating: 0.0, count: weights.count)
    for place in 0..<(dy.count / outputs) {
      let (image, row) = (place / dy.shape[2]).quotientAndRemainder(dividingBy: dy.shape[1])
      for tap in 0..<(kernel * kernel) {
        let iy = row * layer.stride - layer.padding + tap / kernel
        let ix = place % dy.shape[2] * layer.stride - layer.padding + tap % kernel
        guard 0..<height ~= iy && 0..<width ~= ix else { continue }
        let pixel = ((image * height + iy) * width + ix) * inputs
        for input in 0..<inputs {
          let value = Double(images[pixel + input])
          for output in 0..<outputs {
            let w = (tap * inputs + input) * outputs + output
            let slope = Double(slopes[place * outputs + output])
            y[place * outputs + output] += value * Double(weights[w])
            dx[pixel + input] += slope * Double(weights[w])
            dWeight[w] += slope * value
          }
        }
      }
    }
    self.y = Tensor(y.map { Float($0) }, shape: dy.shape)
    self.dx = Tensor(dx.map { Float($0) }, shape: x.shape)
    self.dWeight = Tensor(dWeight.map { Float($0) }, shape: layer.weight.value.shape)
  }
}
