internal import CKernels

/// The weights of a bilinear resize along one axis, in 22-bit fixed point as Pillow has them.
struct ResizeAxis {
  let inputs: Int
  let outputs: Int
  private let taps: Int
  private let starts: [Int32]
  private let counts: [Int32]
  private let weights: [Int32]

  /// A triangle filter as wide as the scale.
  init(from inputs: Int, to outputs: Int, isMirrored: Bool = false) {
    self.inputs = inputs
    self.outputs = outputs
    let scale = Double(inputs) / Double(outputs)
    let support = max(scale, 1)
    taps = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int32] = []
    var counts: [Int32] = []
    var weights = [Int32](repeating: 0, count: outputs * taps)
    var row = [Double](repeating: 0, count: taps)
    for output in 0..<outputs {
      let place = isMirrored ? outputs - 1 - output : output
      let center = (Double(place) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), inputs) - start
      var sum = 0.0
      for tap in 0..<count {
        let distance = abs((Double(tap + start) - center + 0.5) * (1 / support))
        row[tap] = distance < 1 ? 1 - distance : 0
        sum += row[tap]
      }
      for tap in 0..<count {
        weights[output * taps + tap] = Int32(0.5 + row[tap] / sum * Double(1 << 22))
      }
      starts.append(Int32(start))
      counts.append(Int32(count))
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
  }

  /// Calls `body` with the axis as kernels take it; the pointer must not escape.
  @unsafe func withKernelAxis(_ body: (UnsafePointer<relic_resize_axis>) -> Void) {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe counts.withUnsafeBufferPointer { counts in
        unsafe weights.withUnsafeBufferPointer { weights in
          var axis = unsafe relic_resize_axis(
            inputs: inputs, taps: taps, starts: starts.baseAddress,
            counts: counts.baseAddress, weights: weights.baseAddress)
          unsafe body(&axis)
        }
      }
    }
  }
}
