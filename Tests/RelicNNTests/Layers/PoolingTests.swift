import Testing

@testable import RelicNN

@Suite struct MaxPool2DTests {
  // batch, channels, kernel, stride, padding, height, width
  @Test(arguments: [
    [2, 3, 3, 2, 1, 6, 6], [2, 17, 3, 2, 1, 7, 5], [1, 4, 3, 2, 1, 1, 1], [2, 2, 3, 2, 1, 2, 2],
  ])
  func `agrees with PyTorch, ties included`(_ s: [Int]) throws {
    let fixture = try NetworkFixture("layers")
    let label = "pool_n\(s[0])c\(s[1])k\(s[2])s\(s[3])p\(s[4])h\(s[5])w\(s[6])"
    // As after a rectifier: many equal values, most of them 0.
    let x = Formula.images("\(label).x", [s[0], s[1], s[5], s[6]]).mapped {
      max(($0 * 4).rounded(.down), 0)
    }
    let layer = MaxPool2D(kernel: s[2], stride: s[3], padding: s[4])
    let (y, cache) = layer.forward(x)
    let dy = Formula.images("\(label).dy", [s[0], s[1], y.shape[1], y.shape[2]])
    let dx = layer.backward(dy, cache)
    try fixture.expectClose(y.channelsFirst, "\(label).y", relative: 0, absolute: 0)
    try fixture.expectClose(dx.channelsFirst, "\(label).dx", relative: 0, absolute: 1e-6)
    #expect(layer(x) == y)
  }

  @Test func `backward agrees with central differences`() {
    GradientCheck()(
      MaxPool2D(kernel: 3, stride: 2, padding: 1), x: Formula.images("pool", [2, 3, 5, 4]))
  }

  @Test func `a NaN is the maximum of its window, of several the last, and has its gradient`() {
    // A block of channels and some more; a window of 2 x 2 pixels, then one without a NaN.
    let channels = 67
    let pixels: [Float] = [1, .nan, 1, 2, .nan, 5, 4, 3]
    let x = Tensor(
      pixels.flatMap { Array(repeating: $0, count: channels) }, shape: [1, 2, 4, channels])
    let layer = MaxPool2D(kernel: 2, stride: 2, padding: 0)
    let (y, cache) = layer.forward(x)
    #expect(y.shape == [1, 1, 2, channels])
    #expect(y.scalars.prefix(channels).allSatisfy { $0.isNaN })
    #expect(y.scalars.suffix(channels).allSatisfy { $0 == 4 })
    let dx = layer.backward(Tensor(repeating: 2, shape: y.shape), cache)
    let expected: [Float] = [0, 0, 0, 0, 2, 0, 2, 0]
    #expect(dx.scalars == expected.flatMap { Array(repeating: $0, count: channels) })
  }

  @Test func `every gradient arrives once`() {
    let layer = MaxPool2D(kernel: 3, stride: 2, padding: 1)
    let (y, cache) = layer.forward(Tensor(zeros: [2, 6, 6, 5]))
    let dx = layer.backward(Tensor(repeating: 1, shape: y.shape), cache)
    #expect(dx.scalars.reduce(0, +) == Float(y.count))
  }
}

@Suite struct GlobalAveragePoolTests {
  @Test func `agrees with PyTorch`() throws {
    let fixture = try NetworkFixture("layers")
    let layer = GlobalAveragePool()
    let (y, cache) = layer.forward(Formula.images("average.x", [3, 17, 3, 5]))
    let dx = layer.backward(Formula.noise("average.dy", [3, 17]), cache)
    try fixture.expectClose(y, "average.y", relative: 1e-6, absolute: 1e-7)
    try fixture.expectClose(dx.channelsFirst, "average.dx", relative: 1e-6, absolute: 1e-7)
  }

  @Test func `backward agrees with central differences`() {
    GradientCheck(hasKinks: false)(
      GlobalAveragePool(), x: Formula.images("average", [2, 3, 2, 4]))
  }
}
