internal import CKernels

/// The objectives of several logistic regressions on parts of the same samples.
///
/// f(W, b) = scale · Σ w_i · crossEntropy(W x_i + b, y_i) + penalty / 2 · |W|²
///
/// One pass reads each block of samples once and takes the logits and the gradients of all models
/// from it while it is in cache. A model is a vector of weights `[outputs, inputs]` and then
/// intercepts `[outputs]`; there is one output for two classes, that of the second.
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

  /// Samples of one group that are summed up on their own, in a fixed order.
  private struct Task {
    var group: Int
    var rows: Range<Int>
  }

  /// The models that see a group, side by side.
  private struct GroupPanel {
    var panel: Panel
    /// Positions of the models among those evaluated.
    var members: [Int]
    /// Class weights `[members, classes]`.
    var weights: [Double]
  }

  let features: Features
  /// The class of each sample, counted from 0.
  let targets: [Int32]
  /// Samples by group.
  let groups: [[Int32]]
  let classes: Int
  let problems: [Problem]
  let fitsIntercept: Bool
  private let tasks: [Task]

  init(
    features: Features, targets: [Int32], groups: [[Int32]], classes: Int, problems: [Problem],
    fitsIntercept: Bool
  ) {
    self.features = features
    self.targets = targets
    self.groups = groups
    self.classes = classes
    self.problems = problems
    self.fitsIntercept = fitsIntercept
    // Enough tasks to share out, unless their sums would take more than 256 MiB.
    let bytes = problems.count * classes * (features.columns + 2) * 8
    let limit = min(64, max(4, (256 << 20) / bytes))
    let grain = max(256, (features.rows + limit - 1) / limit)
    tasks = groups.enumerated().flatMap { group, rows in
      stride(from: 0, to: rows.count, by: grain).map {
        Task(group: group, rows: $0..<min(rows.count, $0 + grain))
      }
    }
  }

  /// Logits of one model.
  var outputs: Int { classes == 2 ? 1 : classes }

  /// Parameters of one model.
  var parameterCount: Int { outputs * (features.columns + 1) }

  /// Returns value and gradient of each given problem at its point, from one pass over the samples.
  func evaluate(_ requests: [(problem: Int, point: [Double])]) -> [Evaluation] {
    let panels = groupPanels(requests)
    // Per task: one model after the other, each a gradient and its loss.
    let stride = parameterCount + 1
    let share = requests.count * stride
    var sums = Array(repeating: 0.0, count: tasks.count * share)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      // Tasks write disjoint parts.
      nonisolated(unsafe) let start = unsafe base
      parallel(tasks.count) { task in
        let panel = panels[tasks[task].group]
        if panel.members.isEmpty { return }
        unsafe sum(tasks[task], panel, into: start + task * share)
      }
    }
    return requests.indices.map { position in
      total(of: position, in: requests, sums: sums, panels: panels)
    }
  }

  private func groupPanels(_ requests: [(problem: Int, point: [Double])]) -> [GroupPanel] {
    groups.indices.map { group in
      let members = requests.indices.filter {
        problems[requests[$0].problem].excludedGroup != group
      }
      return GroupPanel(
        panel: Panel(
          inputs: features.columns, models: members.map { requests[$0].point[...] },
          outputsPerModel: outputs),
        members: members,
        weights: members.flatMap { problems[requests[$0].problem].classWeights })
    }
  }

  /// Adds up one task: for the models of `panel`, gradients of the weights, of the intercepts, then
  /// losses.
  private func sum(_ task: Task, _ group: GroupPanel, into total: UnsafeMutablePointer<Double>) {
    let panel = group.panel
    let (inputs, width, models) = (panel.inputs, panel.outputs, group.members.count)
    let block = Panel.blockRows(inputs: inputs, outputs: width)
    let interceptTotal = unsafe total + width * inputs
    let losses = unsafe interceptTotal + width
    let rows = groups[task.group][task.rows]
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
          unsafe relic_probe_sigmoid(part.count, models, z, labels, group.weights, losses)
        } else {
          unsafe relic_probe_softmax(
            part.count, models, classes, z, labels, group.weights, losses)
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

  /// Adds the tasks' sums in their order, scales them and adds the penalty.
  private func total(
    of position: Int, in requests: [(problem: Int, point: [Double])], sums: [Double],
    panels: [GroupPanel]
  ) -> Evaluation {
    let problem = problems[requests[position].problem]
    let weightCount = outputs * features.columns
    var gradient = Array(repeating: 0.0, count: parameterCount)
    var loss = 0.0
    for (index, task) in tasks.enumerated() {
      let members = panels[task.group].members
      guard let member = members.firstIndex(of: position) else { continue }
      let start = index * requests.count * (parameterCount + 1)
      let intercepts = start + members.count * weightCount
      add(sums[(start + member * weightCount)...].prefix(weightCount), to: &gradient, at: 0)
      add(sums[(intercepts + member * outputs)...].prefix(outputs), to: &gradient, at: weightCount)
      loss += sums[intercepts + members.count * outputs + member]
    }
    let weights = requests[position].point[..<weightCount]
    var squares = 0.0
    for index in weights.indices {
      squares += weights[index] * weights[index]
      gradient[index] = gradient[index] * problem.scale + problem.penalty * weights[index]
    }
    for index in weightCount..<parameterCount {
      gradient[index] = fitsIntercept ? gradient[index] * problem.scale : 0
    }
    return Evaluation(
      value: loss * problem.scale + 0.5 * problem.penalty * squares, gradient: gradient)
  }
}
