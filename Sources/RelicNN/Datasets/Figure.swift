internal import Foundation

/// The ten classes of `Shapes`, each inside the unit circle.
enum Figure: Int, CaseIterable, Sendable {
  case disc
  case ring
  case triangle
  case square
  case star
  case cross
  case crescent
  case halfDisc
  case bars
  case corner

  /// Returns how far `point` lies outside the figure; negative inside, 0 on the outline.
  ///
  /// Close to the outline it is the Euclidean distance, which is what antialiasing needs.
  func distance(to point: SIMD2<Float>) -> Float {
    switch self {
    case .disc: length(point) - 0.9
    case .ring: abs(length(point) - 0.72) - 0.18
    case .triangle: edge(point, folds: 3, tip: 1, valley: 0.5)
    case .square: box(point, SIMD2(0, 0), SIMD2(0.72, 0.72))
    case .star: edge(point, folds: 5, tip: 1, valley: 0.42)
    case .cross:
      min(box(point, SIMD2(0, 0), SIMD2(0.9, 0.25)), box(point, SIMD2(0, 0), SIMD2(0.25, 0.9)))
    case .crescent: max(length(point) - 0.95, 0.75 - length(point - SIMD2(0.45, 0)))
    case .halfDisc: max(length(point - SIMD2(0, 0.4)) - 0.9, point.y - 0.4)
    case .bars:
      min(box(point, SIMD2(0, 0.5), SIMD2(0.8, 0.22)), box(point, SIMD2(0, -0.5), SIMD2(0.8, 0.22)))
    case .corner:
      min(
        box(point, SIMD2(-0.5, 0), SIMD2(0.24, 0.75)),
        box(point, SIMD2(0, 0.5), SIMD2(0.75, 0.24)))
    }
  }

  private func length(_ point: SIMD2<Float>) -> Float { (point * point).sum().squareRoot() }

  private func box(_ point: SIMD2<Float>, _ centre: SIMD2<Float>, _ half: SIMD2<Float>) -> Float {
    let offset = point - centre
    return max(abs(offset.x) - half.x, abs(offset.y) - half.y)
  }

  /// The straight edge from a tip at radius `tip` to a valley at radius `valley`, repeated by
  /// reflection `2 * folds` times around the centre.
  private func edge(_ point: SIMD2<Float>, folds: Int, tip: Float, valley: Float) -> Float {
    let sector = 2 * Float.pi / Float(folds)
    let turn = atan2f(point.x, point.y) / sector
    let angle = abs(turn - turn.rounded()) * sector
    let folded = length(point) * SIMD2(sinf(angle), cosf(angle))
    let start = SIMD2(0, tip)
    let along = valley * SIMD2(sinf(sector / 2), cosf(sector / 2)) - start
    let outward = SIMD2(-along.y, along.x) / length(along)
    return (outward * (folded - start)).sum()
  }
}
