@testable import LinearProbe

/// Cosines as the formula has them, in double precision.
enum PlainCosines {
  static func cosine(_ left: [Double], _ right: [Double]) -> Double {
    func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let product = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    let lengths = length(left) * length(right)
    return lengths > 0 ? product / lengths : 0
  }

  /// Samples around directions that are at least 60 degrees apart, several around some of them: two
  /// around one are less than 20 degrees apart.
  static func clusters(rows: Int) -> Features {
    let columns = 24
    var state: UInt64 = 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
    let pairs = (0..<columns).flatMap { first in
      ((first + 1)..<columns).map { (first, $0) }
    }
    var elements: [Float] = []
    for _ in 0..<rows {
      // Directions of low numbers are more frequent than those of high ones.
      let (first, second) = pairs[Int(next() * next() * next() * Double(pairs.count))]
      for column in 0..<columns {
        let centre = column == first || column == second ? 1.0 : 0
        elements.append(Float(centre + 0.05 * (next() - 0.5)))
      }
    }
    return Features(rows: rows, columns: columns, elements: elements)
  }
}
