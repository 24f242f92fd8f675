import Testing

@testable import RelicNN

@Suite struct MatrixMultiplyTests {
  /// Sizes on both sides of a block, of a slab of blocks, and of what the BLAS does not pack.
  static let sizes = [
    (1, 1, 1), (7, 5, 3), (48, 64, 256), (49, 65, 257), (300, 130, 70), (97, 64, 513),
    (600, 9, 260),
  ]
  static let orientations = [(false, false), (true, false), (false, true), (true, true)]

  /// Two matrices, each transposed or not, and their product as sums written out.
  struct Operands {
    let a: Tensor
    let b: Tensor
    let product: [Double]

    init(_ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool)) {
      let (m, n, k) = size
      var generator = Philox(seed: 3, purpose: .weights)
      a = Tensor(normal: transposed.a ? [k, m] : [m, k], deviation: 1, using: &generator)
      b = Tensor(normal: transposed.b ? [n, k] : [k, n], deviation: 1, using: &generator)
      let (left, right) = (a.scalars, b.scalars)
      product = (0..<(m * n)).map { element in
        let (row, column) = element.quotientAndRemainder(dividingBy: n)
        return (0..<k).reduce(0) { sum, index in
          let x = left[transposed.a ? index * m + row : row * k + index]
          let y = right[transposed.b ? column * k + index : index * n + column]
          return sum + Double(x) * Double(y)
        }
      }
    }
  }

  @Test(arguments: sizes, orientations)
  func `products of all sizes and orientations are sums of products`(
    size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool)
  ) {
    let operands = Operands(size, transposed)
    let product = matmul(
      operands.a, operands.b, transposingA: transposed.a, transposingB: transposed.b)
    #expect(product.shape == [size.m, size.n])
    let far = zip(product.scalars, operands.product).count { !(abs(Double($0) - $1) < 1e-4) }
    #expect(far == 0)
  }

  /// Whatever the BLAS core: `multiply` takes blocks with AVX-512 kernels alone.
  @Test(arguments: sizes, orientations)
  func `a product in blocks replaces what lies there, or is added, and touches nothing around it`(
    size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool)
  ) throws {
    let (m, n, k) = size
    let stride = n + 7
    let operands = Operands(size, transposed)
    for isAdding in [false, true] {
      var c = Tensor(repeating: 2, shape: [m, stride])
      try unsafe operands.a.withElements { a in
        try unsafe operands.b.withElements { b in
          try unsafe c.withMutableElements { c in
            let left = unsafe MatrixView(
              start: try #require(a.baseAddress), stride: transposed.a ? m : k,
              transposed: transposed.a)
            let right = unsafe MatrixView(
              start: try #require(b.baseAddress), stride: transposed.b ? k : n,
              transposed: transposed.b)
            unsafe UnpackedProduct.multiply(
              m: m, n: n, k: k, left, right, adding: isAdding, into: try #require(c.baseAddress),
              cStride: stride)
          }
        }
      }
      let far = c.scalars.enumerated().count { index, found in
        let (row, column) = index.quotientAndRemainder(dividingBy: stride)
        guard column < n else { return found != 2 }
        let expected = operands.product[row * n + column] + (isAdding ? 2 : 0)
        return !(abs(Double(found) - expected) < 1e-4)
      }
      #expect(far == 0)
    }
  }
}
