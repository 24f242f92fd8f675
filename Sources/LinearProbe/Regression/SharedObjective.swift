/// The objectives of several logistic regressions on parts of the same samples.
///
/// f(W, b) = scale · Σ w_i · crossEntropy(W x_i + b, y_i) + penalty / 2 · |W|²
///
/// One pass reads each block of samples once and takes the logits and the gradients of all models
/// from it while it is in cache. A model is a vector of weights `[outputs, inputs]` and then
/// intercepts `[outputs]`; there is one output for two classes, that of the second. Models of many
/// classes are left to a ``WidePass``.
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
  /// What each task adds up, `sumCount` numbers each.
  private let sums: Scratch<Double>
  private let sumCount: Int
  private let widePass: WidePass?
  private let precision: LogisticRegression.Precision

  init(
    features: Features, targets: [Int32], groups: [[Int32]], classes: Int, problems: [Problem],
    fitsIntercept: Bool, precision: LogisticRegression.Precision
  ) {
    self.precision = precision
    self.features = features
    self.targets = targets
    self.groups = groups
    self.classes = classes
    self.problems = problems
    self.fitsIntercept = fitsIntercept
    let isWide = WidePass.suits(classes: classes, inputs: features.columns)
    widePass =
      isWide
      ? WidePass(
        features: features, targets: targets, classes: classes, models: problems.count,
        precision: precision)
      : nil
    // Enough tasks to balance the workers, unless their sums would take more than 256 MiB.
    let bytes = problems.count * classes * (features.columns + 2) * 8
    let limit = min(64, max(4, (256 << 20) / bytes))
    let grain = max(256, (features.rows + limit - 1) / limit)
    tasks = groups.enumerated().flatMap { group, rows in
      stride(from: 0, to: rows.count, by: grain).map {
        Task(group: group, rows: $0..<min(rows.count, $0 + grain))
      }
    }
    sumCount = problems.count * ((classes == 2 ? 1 : classes) * (features.columns + 1) + 1)
    sums = Scratch(count: isWide ? 0 : tasks.count * sumCount)
  }

  /// Logits of one model.
  var outputs: Int { classes == 2 ? 1 : classes }

  /// Parameters of one model.
  var parameterCount: Int { outputs * (features.columns + 1) }

  /// Returns value and gradient of each given problem at its point, from one pass over the samples.
  func evaluate(_ requests: [Request]) -> [Evaluation] {
    if let widePass { return evaluate(requests, by: widePass) }
    let panels = groupPanels(requests)
    parallel(tasks.count) { task in
      unsafe panels[tasks[task].group].sum(
        over: groups[tasks[task].group][tasks[task].rows], of: features, targets: targets,
        into: sums.pointer + task * sumCount)
    }
    return requests.indices.map { position in
      total(of: position, in: requests, panels: panels)
    }
  }

  private func evaluate(_ requests: [Request], by pass: WidePass) -> [Evaluation] {
    var gradients = Array(repeating: 0.0, count: requests.count * parameterCount)
    var losses = Array(repeating: 0.0, count: requests.count)
    for (group, rows) in groups.enumerated() {
      let members = members(of: group, in: requests)
      pass.add(
        rows,
        for: members.map { position in
          WidePass.Model(
            position: position, point: requests[position].point,
            classWeights: problems[requests[position].problem].classWeights)
        }, to: &gradients, losses: &losses)
    }
    return requests.indices.map { position in
      evaluation(
        of: requests[position], loss: losses[position],
        sums: Array(gradients[(position * parameterCount)...].prefix(parameterCount)))
    }
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

  /// Adds the tasks' sums in their order.
  private func total(
    of position: Int, in requests: [Request], panels: [GroupPanel]
  ) -> Evaluation {
    let weightCount = outputs * features.columns
    var gradient = Array(repeating: 0.0, count: parameterCount)
    var loss = 0.0
    // Where each task's sums for the model begin.
    var terms: [(weights: Int, intercepts: Int)] = []
    for (index, task) in tasks.enumerated() {
      let members = panels[task.group].members
      guard let member = members.firstIndex(of: position) else { continue }
      let intercepts = index * sumCount + members.count * weightCount
      terms.append((index * sumCount + member * weightCount, intercepts + member * outputs))
      loss += unsafe sums.pointer[intercepts + members.count * outputs + member]
    }
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      nonisolated(unsafe) let gradient = unsafe gradient
      forParts(weightCount) { range in
        for term in terms {
          for index in range { unsafe gradient[index] += sums.pointer[term.weights + index] }
        }
      }
      for term in terms {
        for output in 0..<outputs {
          unsafe gradient[weightCount + output] += sums.pointer[term.intercepts + output]
        }
      }
    }
    return evaluation(of: requests[position], loss: loss, sums: gradient)
  }

  /// Scales summed losses and gradients and adds the penalty.
  private func evaluation(of request: Request, loss: Double, sums: consuming [Double]) -> Evaluation
  {
    let problem = problems[request.problem]
    let weightCount = outputs * features.columns
    var gradient = consume sums
    let weights = request.point
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      nonisolated(unsafe) let gradient = unsafe gradient
      forParts(weightCount) { range in
        for index in range {
          unsafe gradient[index] =
            gradient[index] * problem.scale + problem.penalty * weights[index]
        }
      }
      for index in weightCount..<parameterCount {
        unsafe gradient[index] = fitsIntercept ? gradient[index] * problem.scale : 0
      }
    }
    let squares = sumOfParts(weightCount) { range in
      var squares = 0.0
      for index in range { squares += weights[index] * weights[index] }
      return squares
    }
    return Evaluation(
      value: loss * problem.scale + 0.5 * problem.penalty * squares, gradient: gradient)
  }
}
