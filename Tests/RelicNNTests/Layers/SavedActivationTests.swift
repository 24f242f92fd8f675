import Testing

@testable import RelicNN

@Suite struct SavedActivationTests {
  private static let values: [Float] =
    [0, -0.0, 1, -1, 65504, 65520, -70000, 1e-8, 6e-8, 3.14159, -2.5e-5]
    + (0..<100_000).map { Float($0 - 50_000) / 777 }

  @Test func `half precision rounds as Float16 does`() {
    let kept = SavedActivation(Tensor(Self.values, shape: [Self.values.count]), as: .half)
    let found = kept.tensor.scalars
    for (index, value) in Self.values.enumerated() {
      #expect(found[index] == Float(Float16(value)), "\(value) at \(index)")
    }
  }

  @Test(arguments: [1, 7, 8, 9, 31, 33, 100_001])
  func `signs come back as ones and zeros`(count: Int) {
    let values = Array(Self.values.reversed().prefix(count))
    let found = SavedActivation(Tensor(values, shape: [count]), as: .signs).tensor.scalars
    #expect(found == values.map { $0 > 0 ? 1 : 0 })
  }
}
