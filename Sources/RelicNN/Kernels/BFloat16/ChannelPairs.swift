internal import CKernels

/// The input channels of a convolution of bfloat16 numbers, two of which make a pair: an odd number has
/// one more, of zeros.
struct ChannelPairs {
  let inputs: Int

  private var even: Int { inputs + inputs % 2 }

  /// The shape of an input with its channels in pairs, for its own.
  func shape(_ shape: [Int]) -> [Int] { shape.dropLast() + [even] }

  /// The same of a weight.
  func weightShape(_ shape: [Int]) -> [Int] { [shape[0], shape[1], even, shape[3]] }

  /// Returns an input rounded, with its channels in pairs.
  func rounded(_ x: Tensor) -> BFloat16Tensor {
    guard inputs != even else { return BFloat16Tensor(x) }
    let pixels = x.count / inputs
    return unsafe BFloat16Tensor(shape(x.shape)) { rounded in
      unsafe RowPass(rows: pixels, grain: 4096).withPointers(reading: x) { chunk, x in
        unsafe relic_pack_rows(
          chunk.rows.count, inputs, relic_matrix(floats: x, rounded: nil, stride: inputs),
          rounded + chunk.rows.lowerBound * even)
      }
    }
  }

  /// Returns a weight `[kernel, kernel, inputs, outputs]` with its channels in pairs.
  func weight(_ weight: Tensor) -> Tensor {
    guard inputs != even else { return weight }
    let (outputs, taps) = (weight.shape[3], weight.count / inputs / weight.shape[3])
    let matrix = weight.reshaped([taps * inputs, outputs])
    let zeros = Tensor(zeros: [1, outputs])
    let rows = (0..<taps).flatMap { [matrix.rows(($0 * inputs)..<(($0 + 1) * inputs)), zeros] }
    return Tensor.concatenated(rows).reshaped(weightShape(weight.shape))
  }

  /// Returns the gradient of a weight for that of the weight with its channels in pairs.
  func gradient(_ gradient: Tensor) -> Tensor {
    guard inputs != even else { return gradient }
    let (outputs, taps) = (gradient.shape[3], gradient.count / even / gradient.shape[3])
    let matrix = gradient.reshaped([taps * even, outputs])
    let rows = (0..<taps).map { matrix.rows(($0 * even)..<($0 * even + inputs)) }
    return Tensor.concatenated(rows).reshaped(
      [gradient.shape[0], gradient.shape[1], inputs, outputs])
  }
}
