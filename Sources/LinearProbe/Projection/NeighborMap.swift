internal import CKernels
internal import Foundation

/// Points of a plane of which those are near each other that samples of many features are: t-SNE.
///
/// Minimises KL(P || Q) for p(i, j) of Gaussians around the samples, over nearest neighbours, and
/// q(i, j) = w(i, j) / sum of w, with w = 1 / (1 + |y(i) - y(j)|²), by gradient descent with momentum
/// and gains from the first two principal components. Van der Maaten & Hinton 2008; start and
/// learning rate as in Kobak & Berens 2019. Every pair of points is looked at in each iteration, so
/// the time grows with their square. The result does not depend on the number of workers.
public struct NeighborMap: Equatable, Sendable {
  /// About how many neighbours each sample keeps near.
  public var perplexity = 30.0
  /// Steps with attractions twelve times as strong, which let groups form.
  public var earlyIterations = 250
  /// Steps after those.
  public var iterations = 500
  /// Decides how samples without any difference are told apart.
  public var seed: UInt64 = 0

  /// The usual settings.
  public init() {}

  private static let exaggeration = 12.0

  /// Finds a place for each sample.
  ///
  /// - Parameters:
  ///   - samples: The samples, `[samples, features]`, by their principal components: the first two
  ///     are where the points start.
  ///   - progress: Called after each iteration with their number so far.
  /// - Returns: The places around their mean, `[samples, 2]`.
  public func callAsFunction(
    _ samples: Matrix, progress: (_ iteration: Int) -> Void = { _ in }
  ) -> Matrix {
    // The map does not depend on the samples' unit.
    let samples = samples.inModerateUnit
    var points = start(samples)
    // Three points and fewer lie as well as they can.
    guard samples.rows > 3 else { return points.places }
    let affinities = Affinities(
      samples, perplexity: min(perplexity, Double(samples.rows - 1) / 3))
    let rate = max(Double(samples.rows) / Self.exaggeration / 4, 50)
    var descent = Descent(count: samples.rows)
    for iteration in 0..<(earlyIterations + iterations) {
      let isEarly = iteration < earlyIterations
      if iteration == earlyIterations { descent = Descent(count: samples.rows) }
      let slope = affinities.gradient(at: points, exaggeration: isEarly ? Self.exaggeration : 1)
      descent.step(&points, along: slope, rate: rate, momentum: isEarly ? 0.5 : 0.8)
      progress(iteration + 1)
    }
    return points.places
  }

  /// Samples as they lie along their first two columns, so small that all attract each other.
  private func start(_ samples: Matrix) -> PlanePoints {
    var points = PlanePoints(count: samples.rows)
    var random = Philox(seed: seed, purpose: .map)
    let first = (0..<samples.rows).map { samples.columns > 0 ? samples[$0, 0] : 0 }
    let mean = first.reduce(0, +) / Double(max(first.count, 1))
    let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(first.count, 1))
    let scale = variance > 0 ? 1e-4 / variance.squareRoot() : 0
    for row in 0..<samples.rows {
      let second = samples.columns > 1 ? samples[row, 1] : 0
      points.x[row] = first[row] * scale + Double(random.uniform(-1, 1)) * 1e-7
      points.y[row] = second * scale + Double(random.uniform(-1, 1)) * 1e-7
    }
    return points
  }
}

extension Matrix {
  /// The same numbers in a unit in which single precision holds their squares.
  ///
  /// Where the largest number asks for another, it differs by a power of two, which changes no digit.
  fileprivate var inModerateUnit: Matrix {
    let largest = largestMagnitude(elements)
    guard largest > 0, largest.isFinite, !(-32...48).contains(largest.exponent) else { return self }
    let exponent = -largest.exponent
    return Matrix(
      rows: rows, columns: columns,
      elements: elements.map { Double(sign: .plus, exponent: exponent, significand: $0) })
  }
}

/// Points of a plane, or what is taken from each.
struct PlanePoints: Equatable {
  var x: [Double]
  var y: [Double]

  init(count: Int) {
    x = Array(repeating: 0, count: count)
    y = x
  }

  /// The points around their mean, `[points, 2]`.
  var places: Matrix {
    let count = Double(max(x.count, 1))
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    return Matrix(
      rows: x.count, columns: 2, elements: zip(x, y).flatMap { [$0 - meanX, $1 - meanY] })
  }
}

/// Steps whose size grows for a coordinate that keeps its direction and falls for one that turns.
private struct Descent {
  private var velocity: PlanePoints
  private var gains: PlanePoints

  init(count: Int) {
    velocity = PlanePoints(count: count)
    gains = velocity
    for index in 0..<count { (gains.x[index], gains.y[index]) = (1, 1) }
  }

  mutating func step(
    _ points: inout PlanePoints, along gradient: PlanePoints, rate: Double, momentum: Double
  ) {
    for axis in [\PlanePoints.x, \.y] {
      for index in gradient[keyPath: axis].indices {
        let slope = gradient[keyPath: axis][index]
        let keeps = velocity[keyPath: axis][index] * slope < 0
        let gain = gains[keyPath: axis][index]
        gains[keyPath: axis][index] = max(0.01, keeps ? gain + 0.2 : gain * 0.8)
        velocity[keyPath: axis][index] =
          momentum * velocity[keyPath: axis][index] - rate * gains[keyPath: axis][index] * slope
        points[keyPath: axis][index] += velocity[keyPath: axis][index]
      }
    }
  }
}
