internal import CKernels
internal import Foundation

extension Affinities {
  /// Points whose forces one task sums up.
  private static let grain = 64

  /// Returns the gradient of KL(P || Q) by each point, P times `exaggeration`.
  ///
  /// dKL/dy(i) = 4 · sum over j of (p(i, j) - q(i, j)) w(i, j) (y(i) - y(j)). Van der Maaten &
  /// Hinton 2008, eq. 5.
  func gradient(at points: PlanePoints, exaggeration: Double = 1) -> PlanePoints {
    precondition(points.x.count == count, "\(points.x.count) points of \(count) samples")
    let parts = parallelMap((count + Self.grain - 1) / Self.grain) { task in
      forces(on: (task * Self.grain)..<min(count, (task + 1) * Self.grain), of: points)
    }
    // Each point has counted itself.
    let total = parts.reduce(0) { $0 + $1.weight } - Double(count)
    var gradient = PlanePoints(count: 0)
    gradient.x.reserveCapacity(count)
    gradient.y.reserveCapacity(count)
    for part in parts {
      for index in part.pull.x.indices {
        gradient.x.append(4 * (exaggeration * part.pull.x[index] - part.push.x[index] / total))
        gradient.y.append(4 * (exaggeration * part.pull.y[index] - part.push.y[index] / total))
      }
    }
    return gradient
  }

  /// What pulls and pushes some points, and their part of the sum of w.
  private struct Forces {
    var pull: PlanePoints
    var push: PlanePoints
    var weight: Double
  }

  private func forces(on rows: Range<Int>, of points: PlanePoints) -> Forces {
    var forces = Forces(
      pull: PlanePoints(count: rows.count), push: PlanePoints(count: rows.count), weight: 0)
    var totals = Array(repeating: 0.0, count: rows.count)
    unsafe relic_embedding_repulsion(
      count, points.x, points.y, rows.lowerBound, rows.count, &forces.push.x, &forces.push.y,
      &totals)
    forces.weight = totals.reduce(0, +)
    for row in rows {
      var (pullX, pullY) = (0.0, 0.0)
      for index in starts[row]..<starts[row + 1] {
        let other = Int(neighbors[index])
        let (x, y) = (points.x[row] - points.x[other], points.y[row] - points.y[other])
        let strength = values[index] / (1 + x * x + y * y)
        pullX += strength * x
        pullY += strength * y
      }
      forces.pull.x[row - rows.lowerBound] = pullX
      forces.pull.y[row - rows.lowerBound] = pullY
    }
    return forces
  }

  /// Returns KL(P || Q) of points.
  func divergence(at points: PlanePoints) -> Double {
    func weight(_ i: Int, _ j: Int) -> Double {
      let (x, y) = (points.x[i] - points.x[j], points.y[i] - points.y[j])
      return 1 / (1 + x * x + y * y)
    }
    var total = 0.0
    for i in 0..<count {
      for j in 0..<count where j != i { total += weight(i, j) }
    }
    var divergence = 0.0
    for i in 0..<count {
      for index in starts[i]..<starts[i + 1] where values[index] > 0 {
        let q = weight(i, Int(neighbors[index])) / total
        divergence += values[index] * log(values[index] / q)
      }
    }
    return divergence
  }
}
