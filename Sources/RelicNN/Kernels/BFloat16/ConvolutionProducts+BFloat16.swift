internal import CKernels

/// The products of bfloat16 numbers, with float sums: those of training.
extension ConvolutionProducts {
  /// Whether training multiplies bfloat16 numbers: pixels of an odd number of channels make no pairs,
  /// which is what the processor multiplies, and below 256 channels Winograd's filtering of floats is
  /// faster than direct products (measured: 0.7 to 1.0 of their time, 1.1 to 1.7 from there on).
  ///
  /// The filtering of bfloat16 numbers is faster still, but off by 1.2 to 1.9 times as much as PyTorch's
  /// autocast, which multiplies directly.
  var takesBFloat16: Bool {
    guard inputs % 2 == 0 && outputs % 2 == 0 && kernel * kernel <= 64 else { return false }
    return inputs * outputs >= 1 << 16 || winograd(inputs: inputs, outputs: outputs) == nil
  }

  /// Returns the output for `x`, and adds its pixels to the moments.
  func output(
    _ x: BFloat16Tensor, weight: Tensor, moments: borrowing BatchMoments
  ) -> HalfPrecision {
    let matrix = PackedMatrix(weight.reshaped([kernel * kernel * inputs, outputs]))
    return unsafe HalfPrecision(outputShape) { y in
      unsafe RowPass.whole.withPointers(reading: x) { _, x in
        unsafe patches.apply(x, weights: matrix, into: relic_sums(half: y, stride: outputs)) {
          unsafe moments.add(y, rows: $0)
        }
      }
    }
  }

  /// Returns `∂/∂x`: for each phase of the stride, a convolution of `dy` with the taps that reach it;
  /// added to a sum of its shape if there is one.
  func inputGradient(
    _ dy: BFloat16Tensor, weight: Tensor, addedTo sum: consuming Tensor? = nil
  ) -> Tensor {
    let adds = sum != nil
    var dx = (consume sum) ?? Tensor(uninitialized: inputShape)
    precondition(dx.shape == inputShape, "cannot add \(inputShape) to \(dx.shape)")
    for (convolution, taps) in inputPhases {
      unsafe RowPass.whole.withPointers(writing: &dx, reading: dy) { _, dx, dy in
        if taps.isEmpty {
          if !adds { unsafe convolution.clear(dx) }
          return
        }
        let matrix = PackedMatrix(transposed(weight, taps))
        unsafe convolution.apply(
          dy, weights: matrix, into: relic_sums(floats: dx, stride: inputs, adds: adds)
        ) { _ in }
      }
    }
    return dx
  }

  /// Returns the weights of some taps as `[taps · outputs, inputs]`.
  private func transposed(_ weight: Tensor, _ taps: [Int]) -> Tensor {
    var matrix = Tensor(uninitialized: [taps.count * outputs, inputs])
    unsafe RowPass.whole.withPointers(writing: &matrix, reading: weight) { _, matrix, weight in
      unsafe transpose(weight, taps, into: matrix)
    }
    return matrix
  }

  /// Returns `∂/∂weight` for the input and the gradient of the output.
  func weightGradient(x: BFloat16Tensor, dy: BFloat16Tensor) -> Tensor {
    WeightGradient(convolution: patches, kernel: kernel).computed(x: x, dy: dy)
  }
}
