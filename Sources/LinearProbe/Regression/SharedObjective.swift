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
    // Enough tasks to balance the workers, unless their sums would take more than 256 MiB.
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
    let sums = parallelMap(tasks.count) { task in
      panels[tasks[task].group].sums(
        over: groups[tasks[task].group][tasks[task].rows], of: features, targets: targets)
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
          inputs: features.columns, models: members.map { requests[$0].point[...] }),
        members: members, classes: classes,
        weights: members.flatMap { problems[requests[$0].problem].classWeights })
    }
  }

  /// Adds the tasks' sums in their order, scales them and adds the penalty.
  private func total(
    of position: Int, in requests: [(problem: Int, point: [Double])], sums: [[Double]],
    panels: [GroupPanel]
  ) -> Evaluation {
    let problem = problems[requests[position].problem]
    let weightCount = outputs * features.columns
    var gradient = Array(repeating: 0.0, count: parameterCount)
    var loss = 0.0
    for (index, task) in tasks.enumerated() {
      let members = panels[task.group].members
      guard let member = members.firstIndex(of: position) else { continue }
      let sums = sums[index]
      let intercepts = members.count * weightCount
      add(sums[(member * weightCount)...].prefix(weightCount), to: &gradient, at: 0)
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
