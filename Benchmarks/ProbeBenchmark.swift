internal import COpenBLAS
internal import Foundation
internal import LinearProbe
internal import RelicNN

/// Times the linear probe on features like a ResNet's pooled ones.
enum ProbeBenchmark {
  private static let problems = [
    (train: 50_000, test: 10_000, columns: 512), (train: 5_000, test: 8_000, columns: 2048),
  ]

  /// Prints one line per problem and protocol.
  static func run() throws {
    print("\nLinear probe, 10 classes, fit and scores, median of 3")
    var table = Table("samples", "protocol", "seconds", "iterations", "top-1 %")
    for problem in problems {
      var drawing = FeatureDrawing(columns: problem.columns)
      let folder = try FeatureFolder(
        train: drawing.samples(problem.train), test: drawing.samples(problem.test), origin: nil)
      for method in [Probe.Method.logistic, .calibrated] {
        var probe = Probe()
        probe.method = method
        let scores = try (0..<3).flatMap { _ in
          try probe.evaluate(folder).scores
        }
        table.add(
          "\(problem.train) x \(problem.columns)", method.rawValue,
          String(format: "%.2f", scores.map(\.seconds).median),
          scores[0].iterations.map { "\($0)" } ?? "-",
          String(format: "%.2f", 100 * scores[0].top1))
      }
    }
    table.print()
  }
}

/// Rectified features of 64 hidden dimensions, in which classes have centres of their own.
private struct FeatureDrawing {
  private static let (hidden, classes) = (64, 10)

  private let columns: Int
  private let basis: [Float]
  private let centers: [Float]
  private var random = Philox(seed: 1, purpose: .drawing)

  init(columns: Int) {
    self.columns = columns
    var random = self.random
    basis = (0..<(Self.hidden * columns)).map { _ in Self.normal(&random) / 8 }
    centers = (0..<(Self.classes * Self.hidden)).map { _ in 0.45 * Self.normal(&random) }
    self.random = random
  }

  mutating func samples(_ count: Int) -> LabeledFeatures {
    let labels = (0..<count).map { _ in random.integer(below: Self.classes) }
    let hidden = labels.flatMap { label in
      (0..<Self.hidden).map { centers[label * Self.hidden + $0] + Self.normal(&random) }
    }
    var features = (0..<(count * columns)).map { _ in 0.3 * Self.normal(&random) }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(count), blasint(columns),
      blasint(Self.hidden), 1, hidden, blasint(Self.hidden), basis, blasint(columns), 1, &features,
      blasint(columns))
    for index in features.indices { features[index] = max(0, features[index]) }
    return LabeledFeatures(
      features: Features(rows: count, columns: columns, elements: features), labels: labels)
  }

  /// Box and Muller 1958.
  private static func normal(_ random: inout Philox) -> Float {
    let radius = (-2 * log(1 - random.uniform())).squareRoot()
    return radius * cos(2 * .pi * random.uniform())
  }
}
