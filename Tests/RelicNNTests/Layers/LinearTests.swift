import Testing

@testable import RelicNN

@Suite struct LinearTests {
  @Test(arguments: [[1, 1, 1], [5, 7, 3], [4, 33, 18]])
  func `agrees with PyTorch`(_ s: [Int]) throws {
    let fixture = try NetworkFixture("layers")
    let label = "linear_n\(s[0])i\(s[1])o\(s[2])"
    var layer = Linear(weight: Formula.noise("\(label).weight", [s[2], s[1]]))
    let (y, cache) = layer.forward(Formula.noise("\(label).x", [s[0], s[1]]))
    let dx = layer.backward(Formula.noise("\(label).dy", [s[0], s[2]]), cache)
    try fixture.expectClose(y, "\(label).y", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dx, "\(label).dx", relative: 1e-6, absolute: 1e-6)
    let dWeight = try #require(layer.weight.gradient)
    try fixture.expectClose(dWeight, "\(label).dweight", relative: 1e-6, absolute: 1e-6)
  }

  @Test func `backward agrees with central differences`() {
    let layer = Linear(weight: Formula.noise("weight", [3, 5]))
    GradientCheck(hasKinks: false)(layer, x: Formula.noise("x", [4, 5]))
  }

  @Test func `two views share weights and keep their own caches`() {
    var online = Linear(weight: Tensor([1, 2], shape: [1, 2]))
    let target = online
    let (y1, c1) = online.forward(Tensor([1, 0], shape: [1, 2]))
    let (y2, c2) = online.forward(Tensor([0, 1], shape: [1, 2]))
    _ = online.backward(y2, c2)
    _ = online.backward(y1, c1)
    #expect(online.weight.gradient == Tensor([1, 2], shape: [1, 2]))
    #expect(target.weight.gradient == nil)
  }

  @Test(arguments: [false, true], [false, true])
  func `a matrix product is the sums written out`(_ left: Bool, _ right: Bool) {
    let (m, n, k) = (131, 18, 67)  // three blocks of rows
    let a = Formula.noise("a", left ? [k, m] : [m, k])
    let b = Formula.noise("b", right ? [n, k] : [k, n])
    let (x, y) = (a.scalars, b.scalars)
    let slow = (0..<(m * n)).map { place in
      let (i, j) = (place / n, place % n)
      return Float(
        (0..<k).reduce(0.0) { sum, l in
          sum + Double(x[left ? l * m + i : i * k + l]) * Double(y[right ? j * k + l : l * n + j])
        })
    }
    expectClose(
      matmul(a, b, transposingA: left, transposingB: right), Tensor(slow, shape: [m, n]),
      "product", within: Tolerance(relative: 1e-5, absolute: 1e-5))
  }

  @Test func `mismatched shapes trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = matmul(Tensor(zeros: [2, 3]), Tensor(zeros: [2, 3]))
    }
  }
}

@Suite struct ProjectionHeadTests {
  private func head() throws -> ProjectionHead {
    ProjectionHead(
      first: Linear(weight: Formula.noise("head.block.0.weight", [11, 9])),
      second: Linear(weight: Formula.noise("head.block.2.weight", [5, 11])))
  }

  @Test func `agrees with PyTorch`() throws {
    let fixture = try NetworkFixture("layers")
    var head = try head()
    let (y, cache) = head.forward(Formula.noise("head.x", [6, 9]))
    let dx = head.backward(Formula.noise("head.dy", [6, 5]), cache)
    try fixture.expectClose(y, "head.y", relative: 1e-6, absolute: 1e-6)
    try fixture.expectClose(dx, "head.dx", relative: 1e-6, absolute: 1e-6)
    for (name, parameter) in head.parameters {
      let key = "head." + name.replacing("weight", with: "dweight")
      try fixture.expectClose(
        #require(parameter.gradient), key, relative: 1e-6, absolute: 1e-6)
    }
  }

  @Test func `backward agrees with central differences`() throws {
    GradientCheck(step: 1 / 128)(try head(), x: Formula.noise("head.x", [6, 9]))
  }
}
