import CKernels
import Foundation
import TestSupport
import Testing

@testable import RelicNN

@Suite struct BFloat16ProductTests {
  /// Sizes on both sides of a block, a panel, a slab and a cut of the depth.
  static let sizes = [
    (1, 1, 1), (7, 5, 3), (6, 64, 32), (49, 65, 33), (97, 130, 70), (48, 16, 2), (100, 33, 257),
    (50, 9, 2000), (300, 48, 129),
  ]
  static let orientations = [(false, false), (true, false), (false, true), (true, true)]

  private static func processor(has words: String...) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return words.allSatisfy(text.contains)
  }

  /// It would take twice the time of float32 on Intel's with AVX512-FP16.
  @Test(.enabled(if: processor(has: "avx512_bf16") && KernelLevel.isBest))
  func `it is used where the processor has it, and preferred where it is fast`() {
    #expect(relic_has_bfloat16() == 1)
    #expect(BFloat16Product.isFast != Self.processor(has: "GenuineIntel", "avx512_fp16"))
  }

  @Test(arguments: sizes, orientations)
  func `every element is the sum of products of rounded numbers, whatever the operands' form`(
    size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool)
  ) {
    let operands = RoundedOperands(size, transposed)
    let (a, b) = (operands.a, operands.b)
    let product = operands.product(a, b)
    #expect(product.shape == [size.m, size.n])
    #expect(operands.firstWrong(product) == nil)
    // Rounding beforehand changes nothing.
    #expect(operands.product(BFloat16Tensor(a), BFloat16Tensor(b)) == product)
    #expect(operands.product(BFloat16Tensor(a), b) == product)
    #expect(operands.product(a, BFloat16Tensor(b)) == product)
  }

  @Test(arguments: [(200, 130, 70), (64, 64, 5000), (1000, 200, 64)], orientations)
  func `the number of workers changes no bit`(
    size: (m: Int, n: Int, k: Int), transposed: (a: Bool, b: Bool)
  ) {
    let operands = RoundedOperands(size, transposed)
    let products = (1...4).map { workers in
      withWorkers(workers) { operands.product(operands.a, operands.b) }
    }
    #expect(products.dropFirst().allSatisfy { $0 == products[0] })
  }

  @Test(arguments: sizes)
  func `the plain loops agree with the fast ones`(size: (m: Int, n: Int, k: Int)) {
    let operands = RoundedOperands(size, (false, true))
    let (m, n, k) = size
    let even = k + k % 2
    var left = [UInt16](repeating: 0, count: m * even)
    let right = PackedMatrix(operands.b, transposed: true)
    var (plain, fast) = (
      [Float](repeating: 2, count: m * n), [Float](repeating: 2, count: m * n)
    )
    unsafe relic_pack_rows(m, k, operands.a.matrix, &left)
    unsafe left.withUnsafeBufferPointer { left in
      let left = unsafe relic_left(start: left.baseAddress, stride: even)
      for adds in [false, true] {
        unsafe plain.withUnsafeMutableBufferPointer {
          unsafe relic_multiply_plain(
            m, n, k, left, right.start(),
            relic_sums(floats: $0.baseAddress, stride: n, adds: adds))
        }
        unsafe fast.withUnsafeMutableBufferPointer {
          unsafe relic_multiply(
            m, n, k, left, right.start(),
            relic_sums(floats: $0.baseAddress, stride: n, adds: adds))
        }
      }
    }
    // Both were added to themselves once.
    #expect(operands.firstWrong(Tensor(plain.map { $0 / 2 }, shape: [m, n])) == nil)
    #expect(operands.firstWrong(Tensor(fast.map { $0 / 2 }, shape: [m, n])) == nil)
    withExtendedLifetime(operands) {}
  }

  @Test(arguments: sizes)
  func `numbers of 16 bits are the sums rounded`(size: (m: Int, n: Int, k: Int)) {
    let operands = RoundedOperands(size, (false, true))
    let (m, n, k) = size
    let even = k + k % 2
    var packed = [UInt16](repeating: 0, count: m * even)
    let right = PackedMatrix(operands.b, transposed: true)
    unsafe relic_pack_rows(m, k, operands.a.matrix, &packed)
    let rows = packed
    for isPlain in [false, true] {
      let multiply = unsafe isPlain ? relic_multiply_plain : relic_multiply
      var floats = Tensor(zeros: [m, n])
      let half = unsafe HalfPrecision([m, n]) { half in
        unsafe rows.withUnsafeBufferPointer { rows in
          let left = unsafe relic_left(start: rows.baseAddress, stride: even)
          unsafe multiply(m, n, k, left, right.start(), relic_sums(half: half, stride: n))
          unsafe floats.withMutableElements {
            unsafe multiply(
              m, n, k, left, right.start(), relic_sums(floats: $0.baseAddress, stride: n))
          }
        }
      }
      #expect(half.tensor == HalfPrecision(floats).tensor)
    }
    withExtendedLifetime(operands) {}
  }

  @Test(arguments: orientations)
  func `NaN and infinity spoil the rows and columns they meet, and no others`(
    transposed: (a: Bool, b: Bool)
  ) {
    let (m, n, k) = (31, 70, 35)
    var operands = RoundedOperands((m, n, k), transposed)
    // The last column of an odd depth, whose partner is filled up.
    operands.a.set(transposed.a ? 34 * m + 3 : 3 * k + 34, to: .infinity)
    operands.b.set(transposed.b ? 5 * k + 34 : 34 * n + 5, to: .nan)
    let product = operands.product(operands.a, operands.b).scalars
    for row in 0..<m {
      for column in 0..<n {
        let element = product[row * n + column]
        #expect(element.isNaN == (column == 5))
        #expect(element.isFinite == (column != 5 && row != 3))
      }
    }
  }
}

/// Two matrices, each transposed or not.
struct RoundedOperands {
  var a: Tensor
  var b: Tensor
  private let size: (m: Int, n: Int, k: Int)
  private let transposed: (a: Bool, b: Bool)

  init(_ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool)) {
    (self.size, self.transposed) = (size, transposed)
    let (m, n, k) = size
    var generator = Philox(seed: 3, purpose: .weights)
    a = Tensor(normal: transposed.a ? [k, m] : [m, k], deviation: 1, using: &generator)
    b = Tensor(normal: transposed.b ? [n, k] : [k, n], deviation: 1, using: &generator)
  }

  func product(_ a: some ProductOperand, _ b: some ProductOperand) -> Tensor {
    BFloat16Product.multiply(
      a, b, transposingA: transposed.a, transposingB: transposed.b)
  }

  /// The first element that is not the sum, in double precision, of the products of rounded numbers:
  /// sums of k terms in single precision are off by k / 2^24 of their magnitudes at most.
  func firstWrong(_ product: Tensor) -> (index: Int, found: Float, expected: Double)? {
    let (m, n, k) = size
    let (left, right) = (BFloat16Tensor(a).tensor.scalars, BFloat16Tensor(b).tensor.scalars)
    let found = product.scalars
    for element in 0..<(m * n) {
      let (row, column) = element.quotientAndRemainder(dividingBy: n)
      var (sum, magnitude) = (0.0, 0.0)
      for index in 0..<k {
        let x = Double(left[transposed.a ? index * m + row : row * k + index])
        let y = Double(right[transposed.b ? column * k + index : index * n + column])
        sum += x * y
        magnitude += abs(x * y)
      }
      guard abs(Double(found[element]) - sum) <= magnitude * 0x1p-22 else {
        return (element, found[element], sum)
      }
    }
    return nil
  }
}

extension Tensor {
  /// Changes one element.
  mutating func set(_ index: Int, to value: Float) {
    unsafe withMutableElements { unsafe $0[index] = value }
  }
}
