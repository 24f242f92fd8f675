/// The line search of Moré and Thuente, as MINPACK-2's `dcsrch` and SciPy's L-BFGS-B use it.
///
/// It looks for a step that decreases the function enough, `f(t) <= f(0) + 1e-3 t f'(0)`, and
/// flattens it, `|f'(t)| <= 0.9 |f'(0)|`. The caller evaluates the function at `step`, hands value
/// and slope to `advance`, and does so again until the answer is that the step is taken.
struct LineSearch {
  /// A step with the function's value and slope there.
  struct Trial {
    var step: Double
    var value: Double
    var slope: Double
  }

  private static let sufficientDecrease = 1e-3
  private static let curvature = 0.9
  private static let intervalTolerance = 0.1
  private static let largestStep = 1e10

  /// The step to evaluate next or, at the end, the step taken.
  private(set) var step: Double
  private let start: Trial
  private var best: Trial
  private var other: Trial
  private var isBracketed = false
  private var seeksDecrease = true
  private var width = LineSearch.largestStep
  private var previousWidth = LineSearch.largestStep * 2
  private var lower = 0.0
  private var upper: Double

  /// Starts a search from a value and a negative slope, to try `step` first.
  init(value: Double, slope: Double, step: Double) {
    precondition(slope < 0, "cannot search along a slope of \(slope)")
    self.step = step
    start = Trial(step: 0, value: value, slope: slope)
    best = start
    other = start
    upper = 5 * step
  }

  /// Takes value and slope at `step`; returns whether the search is over.
  ///
  /// It is also over when rounding or the interval's size forbids progress: the step is then the
  /// best one found.
  mutating func advance(value: Double, slope: Double) -> Bool {
    let leastSlope = Self.sufficientDecrease * start.slope
    let limit = start.value + step * leastSlope
    if seeksDecrease && value <= limit && slope >= 0 { seeksDecrease = false }
    if isOver(value: value, slope: slope, limit: limit, leastSlope: leastSlope) { return true }

    var trial = Trial(step: step, value: value, slope: slope)
    if seeksDecrease && value <= best.value && value > limit {
      // The function lowered by the required decrease guides the search to an acceptable step.
      trial.tilt(by: -leastSlope)
      best.tilt(by: -leastSlope)
      other.tilt(by: -leastSlope)
      step = safeguardedStep(trial)
      best.tilt(by: leastSlope)
      other.tilt(by: leastSlope)
    } else {
      step = safeguardedStep(trial)
    }
    narrowInterval()
    return false
  }

  private func isOver(value: Double, slope: Double, limit: Double, leastSlope: Double) -> Bool {
    if isBracketed && (step <= lower || step >= upper) { return true }
    if isBracketed && upper - lower <= Self.intervalTolerance * upper { return true }
    if step == Self.largestStep && value <= limit && slope <= leastSlope { return true }
    if step == 0 && (value > limit || slope >= leastSlope) { return true }
    return value <= limit && abs(slope) <= Self.curvature * -start.slope
  }

  private mutating func narrowInterval() {
    if isBracketed {
      if abs(other.step - best.step) >= 0.66 * previousWidth {
        step = best.step + 0.5 * (other.step - best.step)
      }
      previousWidth = width
      width = abs(other.step - best.step)
      lower = min(best.step, other.step)
      upper = max(best.step, other.step)
    } else {
      lower = step + 1.1 * (step - best.step)
      upper = step + 4 * (step - best.step)
    }
    step = min(max(step, 0), Self.largestStep)
    if isBracketed
      && (step <= lower || step >= upper || upper - lower <= Self.intervalTolerance * upper)
    {
      step = best.step
    }
  }

  /// Returns the next step by cubic and quadratic interpolation (`dcstep`) and moves the interval.
  private mutating func safeguardedStep(_ trial: Trial) -> Double {
    let opposes = trial.slope * (best.slope / abs(best.slope)) < 0
    var next: Double
    if trial.value > best.value {
      // Higher: a minimum is bracketed.
      let cubic =
        best.step + Self.cubicMinimum(best, trial).fraction * (trial.step - best.step)
      let chord = (best.value - trial.value) / (trial.step - best.step)
      let quadratic =
        best.step + best.slope / (chord + best.slope) / 2 * (trial.step - best.step)
      next =
        abs(cubic - best.step) <= abs(quadratic - best.step)
        ? cubic : cubic + (quadratic - cubic) / 2
      isBracketed = true
    } else if opposes {
      // Lower, the slope changes sign: a minimum is bracketed.
      let cubic =
        trial.step + Self.cubicMinimum(trial, best).fraction * (best.step - trial.step)
      let secant = Self.secant(from: trial, to: best)
      next = abs(cubic - trial.step) > abs(secant - trial.step) ? cubic : secant
      isBracketed = true
    } else if abs(trial.slope) < abs(best.slope) {
      next = extrapolatedStep(trial)
    } else if isBracketed {
      // Lower and no flatter.
      next =
        trial.step + Self.cubicMinimum(trial, other).fraction * (other.step - trial.step)
    } else {
      next = trial.step > best.step ? upper : lower
    }

    if trial.value > best.value {
      other = trial
    } else {
      if opposes { other = best }
      best = trial
    }
    return next
  }

  /// Returns the next step where the function is lower and flatter with a slope of the same sign.
  private func extrapolatedStep(_ trial: Trial) -> Double {
    let minimum = Self.cubicMinimum(trial, best)
    let cubic =
      minimum.exists && minimum.fraction < 0
      ? trial.step + minimum.fraction * (best.step - trial.step)
      : trial.step > best.step ? upper : lower
    let secant = Self.secant(from: trial, to: best)
    let (cubicDistance, secantDistance) = (abs(cubic - trial.step), abs(secant - trial.step))
    guard isBracketed else {
      return min(max(cubicDistance > secantDistance ? cubic : secant, lower), upper)
    }
    let closer = cubicDistance < secantDistance ? cubic : secant
    let limit = trial.step + 0.66 * (other.step - trial.step)
    return trial.step > best.step ? min(limit, closer) : max(limit, closer)
  }

  private static func secant(from trial: Trial, to best: Trial) -> Double {
    trial.step + trial.slope / (trial.slope - best.slope) * (best.step - trial.step)
  }

  /// Returns where, as a fraction of the way from `a` to `b`, the cubic through both is least, and
  /// whether it has a minimum at all.
  private static func cubicMinimum(_ a: Trial, _ b: Trial) -> (fraction: Double, exists: Bool) {
    let theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope
    let scale = max(abs(theta), abs(a.slope), abs(b.slope))
    let radicand = (theta / scale) * (theta / scale) - (a.slope / scale) * (b.slope / scale)
    let root = scale * max(0, radicand).squareRoot()
    let gamma = b.step < a.step ? -root : root
    let fraction = (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)
    return (fraction, gamma != 0)
  }
}

extension LineSearch.Trial {
  /// Adds a straight line through the origin to the function.
  fileprivate mutating func tilt(by slopeChange: Double) {
    value += step * slopeChange
    slope += slopeChange
  }
}
