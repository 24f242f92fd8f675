import CKernels
import Testing

@testable import RelicNN

@Suite struct BFloat16TensorTests {
  /// Every upper half of a float, with lower halves around a tie.
  static let lowerHalves: [UInt32] = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff]

  /// The nearest of the two neighbours in bfloat16, of equally near ones the even one.
  static func nearest(_ x: Float) -> UInt16 {
    let upper = UInt16(truncatingIfNeeded: x.bitPattern >> 16)
    if x.isNaN { return upper | 0x40 }
    if x.isInfinite { return upper }
    if x.isSubnormal || x == 0 { return upper & 0x8000 }
    let below = Double(Float(bitPattern: UInt32(upper) << 16))
    let next = Float(bitPattern: UInt32(upper + 1) << 16)
    // Beyond the largest number lies a power of two, which stands for infinity.
    let above = next.isInfinite ? Double(next.sign == .minus ? -1 : 1) * 0x1p128 : Double(next)
    let (down, up) = (abs(Double(x) - below), abs(above - Double(x)))
    return down < up || (down == up && upper % 2 == 0) ? upper : upper + 1
  }

  static let values = (UInt32(0)...0xffff).flatMap { upper in
    lowerHalves.map { Float(bitPattern: upper << 16 | $0) }
  }

  @Test func `rounds to nearest even, keeps NaN and infinity, and takes subnormal numbers for 0`() {
    let values = Self.values
    let rounded = BFloat16Tensor(Tensor(values, shape: [values.count]))
    let wrong = zip(values, rounded.bits).first { Self.nearest($0) != $1 }
    #expect(wrong == nil)
  }

  @Test func `the plain loop gives the same bits`() {
    let values = Self.values
    var plain = [UInt16](repeating: 0, count: values.count)
    unsafe relic_to_bfloat16_plain(values.count, values, &plain)
    #expect(plain == BFloat16Tensor(Tensor(values, shape: [values.count])).bits)
  }

  @Test(arguments: [1, 15, 16, 17, 33]) func `any count of elements is rounded, and no more`(
    count: Int
  ) {
    let values = (0..<count).map { Float($0) * 1.001 + 1 }
    var bits = [UInt16](repeating: 7, count: count + 1)
    unsafe relic_to_bfloat16(count, values, &bits)
    #expect(bits == values.map(Self.nearest) + [7])
  }

  @Test func `numbers that it holds exactly come back`() {
    let values: [Float] = [0, -0.0, 1, -1.5, 0x1p-126, .infinity, -.infinity, 255, 0x1.fep127]
    let tensor = Tensor(values, shape: [3, 3])
    #expect(BFloat16Tensor(tensor).tensor == tensor)
  }
}

extension BFloat16Tensor {
  /// The numbers' bits.
  var bits: [UInt16] {
    tensor.scalars.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }
  }
}
