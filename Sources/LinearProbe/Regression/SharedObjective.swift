/// The objectives of several logistic regressions on parts of the same samples.
///
/// f(W, b) = scale · Σ w_i · crossEntropy(W x_i + b, y_i) + penalty / 2 · |W|²
///
/// One pass reads each block of samples once and takes the logits and the gradients of all models
/// from it while it is in cache. A model is a vector of weights `[outputs, inputs]` and then
/// intercepts `[outputs]`; there is one output for two classes, that of the second. Models of many
/// classes are left to a ``WidePass``.
///
/// Every rank sums up some parts of the samples, and all have the same total: that of one process, to
/// the bit.
struct SharedObjective {
  /// One model's part of the samples and its scaling.
  struct Problem {
    /// The group of samples the model does not see.
    var excludedGroup: Int?
    /// A sample's weight by its class.
    var classWeights: [Double]
    /// The factor of the summed cross-entropy.
    var scale: Double
    /// The factor of half the squared norm of the weights.
    var penalty: Double
  }

  /// An objective's value and gradient.
  struct Evaluation {
    var value: Double
    var gradient: [Double]
  }

  /// A problem, by its position, and where to evaluate it.
  typealias Request = (problem: Int, point: [Double])

  let features: Features
  /// The class of each sample, counted from 0.
  let targets: [Int32]
  /// Samples by group.
  let groups: [[Int32]]
  let classes: Int
  let problems: [Problem]
  let fitsIntercept: Bool
  private let ranks: any RankGroup
  private let parts: [RowParts.Part]
  /// The parts that this rank sums up.
  private let own: Range<Int>
  /// What parts add up to.
  private let sums: Scratch<Double>
  private let widePass: WidePass?
  private let precision: LogisticRegression.Precision

  init(
    features: Features, targets: [Int32], groups: [[Int32]], classes: Int, problems: [Problem],
    fitsIntercept: Bool, precision: LogisticRegression.Precision,
    sharedBy ranks: any RankGroup = OneRank()
  ) {
    self.precision = precision
    self.features = features
    self.targets = targets
    self.groups = groups
    self.classes = classes
    self.problems = problems
    self.fitsIntercept = fitsIntercept
    self.ranks = ranks
    widePass =
      WidePass.suits(classes: classes, inputs: features.columns)
      ? WidePass(
        features: features, targets: targets, classes: classes, models: problems.count,
        precision: precision)
      : nil
    let sizes = groups.enumerated().map { group, rows in
      problems.contains { $0.excludedGroup != group } ? rows.count : 0
    }
    let sumCount = ModelSums(
      models: problems.count, outputs: classes == 2 ? 1 : classes, inputs: features.columns
    ).count
    if let widePass {
      // Few sums of parts are in memory at once, and whole blocks of rows are in each part.
      parts = RowParts(of: sizes, most: 16, ofAtLeast: widePass.blockRows).all
      own = ranks.shares(ofParts: parts.count)[ranks.rank]
      sums = Scratch(count: max(1, SumTree<Void>.depth(of: own)) * sumCount)
    } else {
      // Enough to balance the workers, of many samples those of several ranks, unless their sums
      // would take more than 256 MiB.
      let wanted = min(256, max(64, features.rows / 2048))
      let most = min(wanted, max(4, (256 << 20) / (8 * sumCount)))
      parts = RowParts(of: sizes, most: most, ofAtLeast: 192).all
      own = ranks.shares(ofParts: parts.count)[ranks.rank]
      sums = Scratch(count: max(1, own.count) * sumCount)
    }
  }

  /// Logits of one model.
  var outputs: Int { classes == 2 ? 1 : classes }

  /// Parameters of one model.
  var parameterCount: Int { outputs * (features.columns + 1) }

  /// Returns value and gradient of each given problem at its point, from one pass over the samples.
  func evaluate(_ requests: [Request]) -> [Evaluation] {
    let layout = ModelSums(models: requests.count, outputs: outputs, inputs: features.columns)
    let slots = SumSlots(sums, length: layout.count)
    let tree =
      widePass.map { sumParts(requests, layout, in: slots, by: $0) }
      ?? sumParts(requests, layout, in: slots)
    let total = ranks.total(tree, ofParts: parts.count, in: slots)
    return requests.indices.map { position in
      unsafe evaluation(of: position, in: requests, sums: slots.pointer(total), layout)
    }
  }

  /// Sums up the own parts, each by a task.
  private func sumParts(
    _ requests: [Request], _ layout: ModelSums, in slots: SumSlots
  ) -> SumTree<Int> {
    let panels = groupPanels(requests)
    parallel(own.count) { task in
      let part = parts[own.lowerBound + task]
      unsafe panels[part.group].sum(
        over: groups[part.group][part.rows], of: features, targets: targets,
        into: slots.pointer(task), layout)
    }
    var tree = SumTree<Int>()
    var joins: [(left: Int, right: Int)] = []
    for part in own {
      tree.append(part - own.lowerBound, of: part..<(part + 1)) { joins.append(($0, $1)) }
    }
    slots.add(joins)
    return tree
  }

  /// Sums up the own parts one after the other, each by all workers.
  private func sumParts(
    _ requests: [Request], _ layout: ModelSums, in slots: SumSlots, by pass: WidePass
  ) -> SumTree<Int> {
    var tree = SumTree<Int>()
    var free = Array((0..<SumTree<Void>.depth(of: own)).reversed())
    for part in own {
      let slot = free.removeLast()
      slots.clear(slot)
      let (group, rows) = (parts[part].group, parts[part].rows)
      let models = members(of: group, in: requests).map { position in
        WidePass.Model(
          position: position, point: requests[position].point,
          classWeights: problems[requests[position].problem].classWeights)
      }
      unsafe pass.add(groups[group][rows], for: models, to: slots.pointer(slot), layout)
      tree.append(slot, of: part..<(part + 1)) { left, right in
        slots.add([(left, right)])
        free.append(right)
      }
    }
    return tree
  }

  /// The positions of the requests whose models see a group.
  private func members(of group: Int, in requests: [Request]) -> [Int] {
    requests.indices.filter { problems[requests[$0].problem].excludedGroup != group }
  }

  private func groupPanels(_ requests: [Request]) -> [GroupPanel] {
    groups.indices.map { group in
      let members = members(of: group, in: requests)
      return GroupPanel(
        panel: Panel(
          inputs: features.columns, models: members.map { requests[$0].point[...] }),
        members: members, classes: classes,
        weights: members.flatMap { problems[requests[$0].problem].classWeights },
        precision: precision)
    }
  }

  /// Scales summed losses and gradients and adds the penalty.
  private func evaluation(
    of position: Int, in requests: [Request], sums: UnsafePointer<Double>, _ layout: ModelSums
  ) -> Evaluation {
    let problem = problems[requests[position].problem]
    let point = requests[position].point
    let weightCount = outputs * features.columns
    let gradient = unsafe [Double](unsafeUninitializedCapacity: parameterCount) { gradient, count in
      // Ranges are disjoint.
      nonisolated(unsafe) let (gradient, sums) = unsafe (gradient, sums)
      forParts(weightCount) { range in
        let weights = unsafe sums + layout.weights(position)
        for index in range {
          unsafe gradient.initializeElement(
            at: index, to: weights[index] * problem.scale + problem.penalty * point[index])
        }
      }
      let intercepts = unsafe sums + layout.intercepts(position)
      for output in 0..<outputs {
        unsafe gradient.initializeElement(
          at: weightCount + output, to: fitsIntercept ? intercepts[output] * problem.scale : 0)
      }
      count = parameterCount
    }
    let squares = sumOfParts(weightCount) { range in
      var squares = 0.0
      for index in range { squares += point[index] * point[index] }
      return squares
    }
    let loss = unsafe sums[layout.loss(position)]
    return Evaluation(
      value: loss * problem.scale + 0.5 * problem.penalty * squares, gradient: gradient)
  }
}
