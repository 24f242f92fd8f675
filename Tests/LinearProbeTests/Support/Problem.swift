import LinearProbe
import Testing

/// Samples around one centre per class, from the same formula as `make_probe_fixtures.py` uses.
struct Problem: Sendable, CustomTestStringConvertible {
  var name: String
  var rows: Int
  var columns: Int
  var classes: Int
  var seed: UInt64
  var spread: Double
  var scales: [Double] = [1]
  var step = 1
  var offset = 0

  var testDescription: String { name }

  static let ten = Problem(name: "ten", rows: 600, columns: 64, classes: 10, seed: 1, spread: 0.5)
  static let scaled = Problem(
    name: "scaled", rows: 300, columns: 5, classes: 3, seed: 2, spread: 0.8,
    scales: [1, 10, 0.1, 3, 0.3], step: 5, offset: -3)
  static let two = Problem(
    name: "two", rows: 400, columns: 8, classes: 2, seed: 3, spread: 0.6, offset: 4)
  static let large = Problem(
    name: "large", rows: 26_667, columns: 512, classes: 10, seed: 4, spread: 0.12,
    scales: [1, 3, 0.2])
  static let all = [ten, scaled, two]

  /// Samples and the class of each.
  struct Split {
    var features: Features
    var labels: [Int]

    var labeled: LabeledFeatures { LabeledFeatures(features: features, labels: labels) }
  }

  /// Three quarters to fit and one to test.
  var splits: (train: Split, test: Split) {
    let (x, labels) = samples
    let cut = rows * 3 / 4
    return (
      Split(
        features: Features(
          rows: cut, columns: columns, elements: Array(x.prefix(cut * columns))),
        labels: Array(labels.prefix(cut))),
      Split(
        features: Features(
          rows: rows - cut, columns: columns, elements: Array(x.dropFirst(cut * columns))),
        labels: Array(labels.dropFirst(cut)))
    )
  }

  /// All samples, row by row, and their labels.
  var samples: ([Double], [Int]) {
    let u = Self.uniform(rows + (classes + rows) * columns, seed: seed)
    let codes = u.prefix(rows).map { Int($0 * Double(classes)) }
    let noise = rows + classes * columns
    var x: [Double] = []
    x.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let centre = (u[rows + codes[row] * columns + column] - 0.5) * spread
        x.append(
          (centre + (u[noise + row * columns + column] - 0.5)) * scales[column % scales.count])
      }
    }
    return (x, codes.map { offset + step * $0 })
  }

  /// Numbers in [0, 1) by SplitMix64.
  static func uniform(_ count: Int, seed: UInt64) -> [Double] {
    (0..<UInt64(count)).map { index in
      var z = seed &+ (index + 1) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
  }
}
