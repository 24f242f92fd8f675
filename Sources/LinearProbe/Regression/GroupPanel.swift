internal import CKernels

/// The models that see a group of samples, side by side.
struct GroupPanel {
  let panel: Panel
  /// Positions of the models among those evaluated.
  let members: [Int]
  let classes: Int
  /// Class weights `[members, classes]`.
  let weights: [Double]

  /// Writes sums over the samples in `rows` for all models: gradients of the weights
  /// `[members * outputs, inputs]`, of the intercepts `[members * outputs]`, then losses
  /// `[members]`.
  ///
  /// `targets` holds the class of every sample of `features`, counted from 0.
  func sum(
    over rows: ArraySlice<Int32>, of features: Features, targets: [Int32],
    into sums: UnsafeMutablePointer<Double>
  ) {
    unsafe sums.update(repeating: 0, count: panel.outputs * (panel.inputs + 1) + members.count)
    if members.isEmpty { return }
    unsafe add(rows, of: features, targets: targets, to: sums)
  }

  private func add(
    _ rows: ArraySlice<Int32>, of features: Features, targets: [Int32],
    to total: UnsafeMutablePointer<Double>
  ) {
    let (inputs, width, models) = (panel.inputs, panel.outputs, members.count)
    let block = Panel.blockRows(inputs: inputs, outputs: width)
    let interceptTotal = unsafe total + width * inputs
    let losses = unsafe interceptTotal + width
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: block * (inputs + width)) {
      scratch in
      guard let x = scratch.baseAddress else { return }
      let z = unsafe x + block * inputs
      var start = rows.startIndex
      while start < rows.endIndex {
        let part = rows[start..<min(rows.endIndex, start + block)]
        let labels = part.map { targets[Int($0)] }
        unsafe features.copy(part, to: x)
        unsafe panel.multiply(x, rows: part.count, into: z)
        if classes == 2 {
          unsafe relic_probe_sigmoid(part.count, models, z, labels, weights, losses)
        } else {
          unsafe relic_probe_softmax(part.count, models, classes, z, labels, weights, losses)
        }
        unsafe panel.accumulate(z, x, rows: part.count, into: total)
        for row in part.indices {
          let z = unsafe z + (row - start) * width
          for output in 0..<width { unsafe interceptTotal[output] += z[output] }
        }
        start = part.endIndex
      }
    }
  }
}
