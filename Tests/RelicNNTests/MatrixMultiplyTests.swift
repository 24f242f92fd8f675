import Testing

@testable import RelicNN

@Suite struct MatrixMultiplyTests {
  /// Sizes on both sides of a block, of a slab of blocks, and of what the BLAS does not pack.
  static let sizes = [
    (1, 1, 1), (7, 5, 3), (48, 64, 256), (49, 65, 257), (300, 130, 70), (97, 64, 513),
    (600, 9, 260),
  ]

  @Test(arguments: sizes, [(false, false), (true, false), (false, true), (true, true)])
  func `products of all sizes and orientations are sums of products`(
    size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool)
  ) {
    let (m, n, k) = size
    var generator = Philox(seed: 3, purpose: .weights)
    let a = Tensor(
      normal: transposed.a ? [k, m] : [m, k], deviation: 1, using: &generator)
    let b = Tensor(
      normal: transposed.b ? [n, k] : [k, n], deviation: 1, using: &generator)
    let product = matmul(a, b, transposingA: transposed.a, transposingB: transposed.b)
    #expect(product.shape == [m, n])
    let (left, right, found) = (a.scalars, b.scalars, product.scalars)
    var worst = 0.0
    for row in 0..<m {
      for column in 0..<n {
        var sum = 0.0
        for index in 0..<k {
          let x = left[transposed.a ? index * m + row : row * k + index]
          let y = right[transposed.b ? column * k + index : index * n + column]
          sum += Double(x) * Double(y)
        }
        worst = max(worst, abs(Double(found[row * n + column]) - sum))
      }
    }
    #expect(worst < 1e-4)
  }

  @Test func `a product is added to what lies there, and to nothing around it`() {
    let (m, n, k, stride) = (150, 100, 300, 107)
    var generator = Philox(seed: 4, purpose: .weights)
    let a = Tensor(normal: [m, k], deviation: 1, using: &generator)
    let b = Tensor(normal: [k, n], deviation: 1, using: &generator)
    var c = Tensor(repeating: 2, shape: [m, stride])
    unsafe a.withElements { a in
      unsafe b.withElements { b in
        unsafe c.withMutableElements { c in
          unsafe multiply(
            m: m, n: n, k: k, MatrixView(start: a.baseAddress!, stride: k),
            MatrixView(start: b.baseAddress!, stride: n), adding: true, into: c.baseAddress!,
            cStride: stride)
        }
      }
    }
    let (product, sums) = (matmul(a, b).scalars, c.scalars)
    var worst: Float = 0
    for row in 0..<m {
      for column in 0..<stride {
        let expected = column < n ? 2 + product[row * n + column] : 2
        worst = max(worst, abs(sums[row * stride + column] - expected))
      }
    }
    #expect(worst < 1e-3)
  }
}
