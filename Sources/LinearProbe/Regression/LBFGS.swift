/// How a minimisation ended.
public enum FitStatus: String, Codable, Sendable {
  /// The gradient or the last decrease fell below its tolerance.
  case converged
  /// The gradient at the start was within its tolerance, so that no step was taken.
  case stayedAtStart = "stayed_at_start"
  /// The permitted number of iterations, or of evaluations, was used up first.
  case iterationLimit = "iteration_limit"
  /// No step along the descent direction could be found, not even along the gradient.
  case lineSearchFailed = "line_search_failed"
}

/// Limited-memory BFGS as SciPy's L-BFGS-B behaves without bounds.
///
/// The caller evaluates the function: it hands value and gradient at `point` to `receive` until
/// `status` says how it ended. So several minimisations can share each pass over their data.
///
/// Nocedal & Wright 2006, algorithms 7.4 and 7.5; Moré & Thuente 1994.
struct LBFGS {
  /// When to stop.
  struct Settings: Equatable, Sendable {
    /// Iterations permitted.
    var maxIterations = 100
    /// Evaluations permitted; an iteration that they end in is finished first.
    var maxEvaluations = 15_000
    /// Converged when no element of the gradient is larger.
    var gradientTolerance = 1e-5
    /// Converged when `(f_old - f) / max(|f_old|, |f|, 1)` is no larger.
    var decreaseTolerance = 2.220446049250313e-9
    /// Evaluations permitted in one line search.
    var maxSearchSteps = 20
    /// Pairs of step and gradient change that are remembered.
    var history = 10
    /// The first step to try along the gradient; one of length 1 if nil.
    var firstStep: Double?
  }

  /// A past step, the change of the gradient along it, and their product.
  private struct Pair {
    var step: [Double]
    var change: [Double]
    var product: Double
  }

  let settings: Settings
  /// Where to evaluate next and, at the end, the minimiser.
  private(set) var point: [Double]
  /// How it ended; nil while it goes on.
  private(set) var status: FitStatus?
  /// The number of steps taken.
  private(set) var iterations = 0
  /// Values and gradients received.
  private(set) var evaluations = 0
  /// The function's value at the last iterate.
  private(set) var value = Double.infinity
  /// The gradient at the last iterate.
  private(set) var gradient: [Double] = []
  /// What is compared with the tolerance of gradients.
  private(set) var gradientMaximum = Double.infinity
  private var iterate: [Double]
  private var direction: [Double] = []
  private var slope = 0.0
  private var search: LineSearch?
  private var searchSteps = 0
  private var pairs: [Pair] = []

  /// Starts a minimisation at `start`, which is the first point to evaluate.
  init(start: [Double], settings: Settings) {
    self.settings = settings
    point = start
    iterate = start
  }

  /// Takes the function's value and gradient at `point`.
  ///
  /// - Parameters:
  ///   - newValue: The value.
  ///   - newGradient: The gradient.
  ///   - largest: What to compare with the tolerance, in place of the gradient's largest magnitude.
  mutating func receive(
    value newValue: Double, gradient newGradient: [Double], largest: Double? = nil
  ) {
    precondition(status == nil, "the minimisation has ended")
    evaluations += 1
    let largest = largest ?? largestMagnitude(newGradient)
    guard var search else {
      (value, gradient, gradientMaximum) = (newValue, newGradient, largest)
      if gradientMaximum <= settings.gradientTolerance {
        status = .stayedAtStart
      } else {
        startSearch()
      }
      return
    }
    let isOver = search.advance(value: newValue, slope: dot(newGradient, direction))
    self.search = search
    if isOver {
      gradientMaximum = largest
      accept(value: newValue, gradient: newGradient, step: search.step)
    } else if searchSteps == settings.maxSearchSteps {
      restart()
    } else {
      moveToTrial()
    }
  }

  private mutating func accept(value newValue: Double, gradient newGradient: [Double], step: Double)
  {
    iterations += 1
    let (oldValue, oldGradient) = (value, gradient)
    (value, gradient, iterate) = (newValue, newGradient, point)
    if iterations >= settings.maxIterations || evaluations > settings.maxEvaluations {
      status = .iterationLimit
      return
    }
    let decrease = (oldValue - value) / max(abs(oldValue), abs(value), 1)
    if gradientMaximum <= settings.gradientTolerance
      || decrease <= settings.decreaseTolerance
    {
      status = .converged
      return
    }
    remember(step: step, since: oldGradient)
    startSearch()
  }

  /// Keeps the pair of the step just taken unless its curvature is within rounding of 0.
  private mutating func remember(step: Double, since oldGradient: [Double]) {
    let product = (dot(gradient, direction) - slope) * step
    guard product > Double.ulpOfOne * -slope * step else { return }
    var change = gradient
    add(-1, oldGradient, to: &change)
    if pairs.count == settings.history { pairs.removeFirst() }
    var stretch = direction
    scale(&stretch, by: step)
    pairs.append(Pair(step: stretch, change: change, product: product))
  }

  private mutating func startSearch() {
    direction = descentDirection()
    slope = dot(gradient, direction)
    // Along a slope beyond all numbers the first step is 0, which would pass for convergence.
    guard slope < 0, slope.isFinite else { return restart() }
    let length = dot(direction, direction).squareRoot()
    let first = iterations == 0 ? settings.firstStep ?? min(1 / length, 1e10) : 1
    search = LineSearch(value: value, slope: slope, step: first)
    searchSteps = 0
    moveToTrial()
  }

  private mutating func moveToTrial() {
    guard let step = search?.step else { return }
    searchSteps += 1
    point = iterate
    add(step, direction, to: &point)
  }

  /// Forgets the history and tries the gradient's direction, once.
  private mutating func restart() {
    point = iterate
    if pairs.isEmpty {
      status = .lineSearchFailed
    } else {
      pairs = []
      startSearch()
    }
  }

  /// Returns `-H g` by the two-loop recursion, from `H_0 = (s·y / y·y) I`.
  private func descentDirection() -> [Double] {
    var result = gradient
    scale(&result, by: -1)
    guard let newest = pairs.last else { return result }
    var weights: [Double] = []
    for pair in pairs.reversed() {
      let weight = dot(pair.step, result) / pair.product
      add(-weight, pair.change, to: &result)
      weights.append(weight)
    }
    scale(&result, by: newest.product / dot(newest.change, newest.change))
    for (pair, weight) in zip(pairs, weights.reversed()) {
      add(weight - dot(pair.change, result) / pair.product, pair.step, to: &result)
    }
    return result
  }
}
