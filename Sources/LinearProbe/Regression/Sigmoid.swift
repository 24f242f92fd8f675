internal import Foundation

/// A logit's calibration: p(f) = 1 / (1 + exp(A f + B)).
///
/// Platt 1999, "Probabilistic outputs for support vector machines", fitted as
/// `sklearn.calibration` does but by Newton's method: the problem is strictly convex in two
/// variables.
package struct Sigmoid: Codable, Equatable, Sendable {
  /// A, negative where larger logits mean the class.
  package let slope: Double
  /// B.
  package let offset: Double

  /// Creates a calibration of given coefficients.
  package init(slope: Double, offset: Double) {
    self.slope = slope
    self.offset = offset
  }

  /// Returns the probability that a logit stands for.
  package func callAsFunction(_ logit: Double) -> Double {
    1 / (1 + exp(slope * logit + offset))
  }

  /// Fits a calibration to logits and whether each is of the class.
  init(logits: [Double], isMember: [Bool]) {
    precondition(
      logits.count == isMember.count, "\(logits.count) logits, \(isMember.count) memberships")
    // Shifted and scaled, so that the fit depends neither on the logits' unit nor on their mean.
    let mean = logits.reduce(0) { $0 + $1 / Double(logits.count) }
    let largest = logits.reduce(0) { max($0, abs($1)) }
    let deviation = logits.reduce(0) { max($0, abs($1 - mean)) }
    // Logits that differ by rounding alone are equal: they say nothing, and the slope is 0.
    let scale = deviation > 1e-12 * largest ? deviation : .infinity
    let objective = SigmoidObjective(
      logits: logits.map { ($0 - mean) / scale }, isMember: isMember)
    let (slope, offset) = objective.minimum()
    self.init(slope: slope / scale, offset: offset - slope / scale * mean)
  }
}

/// The summed cross-entropy of a calibration against Platt's targets, which keep off 0 and 1.
private struct SigmoidObjective {
  let logits: [Double]
  let isMember: [Bool]
  private let memberTarget: Double
  private let otherTarget: Double
  private let start: Double

  init(logits: [Double], isMember: [Bool]) {
    self.logits = logits
    self.isMember = isMember
    let members = Double(isMember.count { $0 })
    let others = Double(isMember.count) - members
    memberTarget = (members + 1) / (members + 2)
    otherTarget = 1 / (others + 2)
    start = log((others + 1) / (members + 1))
  }

  /// Value, gradient and Hessian at one point.
  private struct Expansion {
    var value = 0.0
    var (slopeGradient, offsetGradient) = (0.0, 0.0)
    var (slopeSlope, slopeOffset, offsetOffset) = (0.0, 0.0, 0.0)
  }

  func minimum() -> (slope: Double, offset: Double) {
    var (slope, offset) = (0.0, start)
    var here = expansion(slope, offset)
    for _ in 0..<100 {
      // Members and others on both sides keep the Hessian regular; the ridge is for equal logits.
      let ridge = 1e-12 * (here.slopeSlope + here.offsetOffset)
      let (a, b, c) = (here.slopeSlope + ridge, here.slopeOffset, here.offsetOffset + ridge)
      let determinant = a * c - b * b
      let slopeStep = (b * here.offsetGradient - c * here.slopeGradient) / determinant
      let offsetStep = (b * here.slopeGradient - a * here.offsetGradient) / determinant
      let decrease = slopeStep * here.slopeGradient + offsetStep * here.offsetGradient
      guard decrease < 0 else { break }
      // So close to the minimum a full step squares the error, and the value is all rounding.
      if -decrease <= 1e-12 * here.value {
        return (slope + slopeStep, offset + offsetStep)
      }
      var length = 1.0
      var next = expansion(slope + slopeStep, offset + offsetStep)
      while !(next.value <= here.value + 1e-4 * length * decrease) && length > 1e-10 {
        length /= 2
        next = expansion(slope + length * slopeStep, offset + length * offsetStep)
      }
      // A value that no longer falls differs by rounding alone: the point is the minimum.
      if !(next.value < here.value) { break }
      slope += length * slopeStep
      offset += length * offsetStep
      here = next
    }
    return (slope, offset)
  }

  private func expansion(_ slope: Double, _ offset: Double) -> Expansion {
    var sum = Expansion()
    for index in logits.indices {
      let logit = logits[index]
      let target = isMember[index] ? memberTarget : otherTarget
      // z = -(A f + B) is the calibrated logit.
      let z = -(slope * logit + offset)
      let e = exp(-abs(z))
      let probability = (z < 0 ? e : 1) / (1 + e)
      sum.value += log1p(e) + max(z, 0) - target * z
      let residual = target - probability
      sum.slopeGradient += residual * logit
      sum.offsetGradient += residual
      let curvature = e / ((1 + e) * (1 + e))
      sum.slopeSlope += curvature * logit * logit
      sum.slopeOffset += curvature * logit
      sum.offsetOffset += curvature
    }
    return sum
  }
}
