internal import CKernels

/// The models that see a group of samples, side by side.
struct GroupPanel {
  let panel: Panel
  /// Positions of the models among those evaluated.
  let members: [Int]
  let classes: Int
  /// Class weights `[members, classes]`.
  let weights: [Double]
  /// The panel for products in single precision, if that is wanted.
  private let single: SinglePanel?

  init(
    panel: Panel, members: [Int], classes: Int, weights: [Double],
    precision: LogisticRegression.Precision
  ) {
    self.panel = panel
    self.members = members
    self.classes = classes
    self.weights = weights
    single = precision == .float32 ? SinglePanel(panel) : nil
  }

  /// Writes sums over the samples in `rows` for all models that are evaluated, zeros for those that
  /// do not see them.
  ///
  /// `targets` holds the class of every sample of `features`, counted from 0.
  func sum(
    over rows: ArraySlice<Int32>, of features: Features, targets: [Int32],
    into sums: UnsafeMutablePointer<Double>, _ layout: ModelSums
  ) {
    unsafe sums.update(repeating: 0, count: ownCount)
    if !members.isEmpty {
      if let single {
        unsafe add(rows, of: features, targets: targets, to: sums, by: single)
      } else {
        unsafe add(rows, of: features, targets: targets, to: sums)
      }
    }
    if members.count < layout.models { unsafe spread(sums, layout) }
  }

  /// Numbers of the members' sums.
  private var ownCount: Int { panel.outputs * (panel.inputs + 1) + members.count }

  /// Moves the members' sums to their places among those of all models.
  private func spread(_ sums: UnsafeMutablePointer<Double>, _ layout: ModelSums) {
    // From the end on, so that nothing is written over before it is moved.
    var (source, place) = (ownCount, layout.count)
    for size in [1, layout.outputs, layout.outputs * layout.inputs] {
      for model in (0..<layout.models).reversed() {
        place -= size
        if members.contains(model) {
          source -= size
          unsafe (sums + place).update(from: sums + source, count: size)
        } else {
          unsafe (sums + place).update(repeating: 0, count: size)
        }
      }
    }
  }

  private func add(
    _ rows: ArraySlice<Int32>, of features: Features, targets: [Int32],
    to total: UnsafeMutablePointer<Double>
  ) {
    let (inputs, width) = (panel.inputs, panel.outputs)
    let block = panel.block
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: block * (inputs + width)) {
      scratch in
      guard let x = scratch.baseAddress else { return }
      let z = unsafe x + block * inputs
      for part in rows.blocks(of: block) {
        unsafe features.copy(part, to: x)
        unsafe panel.multiply(x, rows: part.count, into: z)
        unsafe takeLosses(z, part.map { targets[Int($0)] }, to: total + width * inputs)
        unsafe panel.accumulate(z, x, rows: part.count, into: total)
      }
    }
  }

  private func add(
    _ rows: ArraySlice<Int32>, of features: Features, targets: [Int32],
    to total: UnsafeMutablePointer<Double>, by panel: SinglePanel
  ) {
    let (inputs, width) = (panel.inputs, panel.outputs)
    let block = self.panel.block
    let z = Scratch<Double>(count: block * width)
    let x = Scratch<Float>(count: block * inputs)
    let products = Scratch<Float>(count: block * width)
    let sum = Scratch<Float>(count: width * inputs)
    for stretch in rows.blocks(of: max(SinglePanel.sumRows / block, 1) * block) {
      for part in stretch.blocks(of: block) {
        unsafe features.withSingles(part, room: x.pointer) { x in
          unsafe panel.multiply(x, rows: part.count, by: products.pointer, into: z.pointer)
          unsafe takeLosses(z.pointer, part.map { targets[Int($0)] }, to: total + width * inputs)
          unsafe panel.accumulate(
            z.pointer, x, rows: part.count, isFirst: part.startIndex == stretch.startIndex,
            by: products.pointer, into: sum.pointer)
        }
      }
      unsafe relic_probe_add(width * inputs, sum.pointer, total)
    }
  }

  /// Turns logits `[rows, outputs]` into the gradients of the losses by them, and adds these, which
  /// are the intercepts' gradients, and behind them the losses to `total`.
  private func takeLosses(
    _ z: UnsafeMutablePointer<Double>, _ labels: [Int32], to total: UnsafeMutablePointer<Double>
  ) {
    let width = panel.outputs
    if classes == 2 {
      unsafe relic_probe_sigmoid(labels.count, members.count, z, labels, weights, total + width)
    } else {
      unsafe relic_probe_softmax(
        labels.count, members.count, classes, z, labels, weights, total + width)
    }
    for row in labels.indices {
      for output in 0..<width { unsafe total[output] += z[row * width + output] }
    }
  }
}

extension ArraySlice {
  /// Parts of `size` elements that follow each other, the last one what is left.
  fileprivate func blocks(of size: Int) -> [ArraySlice] {
    stride(from: startIndex, to: endIndex, by: size).map {
      self[$0..<Swift.min(endIndex, $0 + size)]
    }
  }
}
