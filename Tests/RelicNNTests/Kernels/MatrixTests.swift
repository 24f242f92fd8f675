import Foundation
import Testing

@testable import RelicNN

@Suite struct MatrixTests {
  @Test(arguments: [(1, 1), (3, 50), (70, 33)])
  func `a transpose has rows and columns exchanged`(_ rows: Int, _ columns: Int) {
    let x = Formula.noise("transposed", [rows, columns])
    #expect(x.transposed == x.permuted(to: [1, 0]))
  }

  @Test(arguments: [(1, 1), (3, 50), (70, 33)])
  func `softmax and its logarithm are those of the formula`(_ rows: Int, _ columns: Int) {
    let x = Formula.noise("softmax", [rows, columns]).scaled(by: 20)
    let softmax = Softmax(ofRows: x)
    let (logits, p, logs) = (x.scalars, softmax.probabilities.scalars, softmax.logarithms.scalars)
    for row in 0..<rows {
      let range = (row * columns)..<((row + 1) * columns)
      let sum = range.reduce(0.0) { $0 + exp(Double(logits[$1])) }
      for index in range {
        let expected = Double(logits[index]) - log(sum)
        // Logits reach 20, so that their rounding alone moves a logarithm by 2e-6.
        #expect(abs(Double(logs[index]) - expected) < 1e-5, "log \(index)")
        #expect(abs(Double(p[index]) / exp(expected) - 1) < 1e-5, "p \(index)")
      }
    }
  }

  @Test func `sum and product add up in double precision`() {
    // In single precision 1 would vanish beside 2^30.
    let x = Tensor([0x1p30, 1, -0x1p30], shape: [3])
    #expect(x.sum == 1)
    #expect(x.dot(Tensor([1, 3, 1], shape: [3])) == 3)
  }
}
