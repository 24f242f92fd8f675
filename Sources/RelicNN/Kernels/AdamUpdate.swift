internal import CKernels

extension Tensor {
  /// Takes one step of Adam on this parameter and its moments, all of one shape.
  mutating func applyAdam(
    _ step: relic_adam_step, gradient: Tensor, moments: inout (mean: Tensor, square: Tensor)
  ) {
    unsafe RowPass(elementsOf: self).withPointers(
      writing: &self, &moments.mean, &moments.square, reading: gradient
    ) { chunk, value, mean, square, gradient in
      unsafe relic_adam(chunk.rows.count, step, gradient, value, mean, square)
    }
  }
}
