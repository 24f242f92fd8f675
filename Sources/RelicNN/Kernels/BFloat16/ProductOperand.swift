internal import CKernels

/// A matrix that a product of bfloat16 numbers reads: floats, which it rounds, or such numbers.
protocol ProductOperand: Sendable {
  var shape: [Int] { get }

  /// The elements where they lie, in rows of the last axis; valid while somebody holds the operand.
  @unsafe var matrix: relic_matrix { get }
}

extension Tensor: ProductOperand {
  @unsafe var matrix: relic_matrix {
    unsafe relic_matrix(floats: start, rounded: nil, stride: shape.last ?? 1)
  }
}

extension BFloat16Tensor: ProductOperand {
  @unsafe var matrix: relic_matrix {
    unsafe relic_matrix(floats: nil, rounded: start, stride: shape.last ?? 1)
  }
}

extension relic_matrix {
  /// The part from an element on.
  func from(row: Int, column: Int) -> relic_matrix {
    let place = unsafe row * stride + column
    return unsafe relic_matrix(
      floats: floats.map { unsafe $0 + place }, rounded: rounded.map { unsafe $0 + place },
      stride: stride)
  }
}
