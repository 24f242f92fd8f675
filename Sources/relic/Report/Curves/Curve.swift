/// A curve of at most a few hundred points, each with the extremes of the numbers it stands for.
struct Curve: Equatable {
  /// The mean, smallest and largest number around a step.
  struct Point: Equatable {
    let step: Double
    let mean: Double
    let low: Double
    let high: Double
  }

  private(set) var points: [Point] = []

  /// Thins numbers by step to at most `limit` points; a point is not finite where a number is not.
  init(_ numbers: [MetricsFile.Point], limit: Int = 300) {
    guard let first = numbers.map(\.step).min(), let last = numbers.map(\.step).max() else {
      return
    }
    guard numbers.count > limit else {
      points = numbers.map { number in
        Point(
          step: Double(number.step), mean: number.value, low: number.value, high: number.value)
      }
      return
    }
    var parts = Array(repeating: [MetricsFile.Point](), count: limit)
    for number in numbers {
      parts[(number.step - first) * limit / (last - first + 1)].append(number)
    }
    points = parts.filter { !$0.isEmpty }.map { part in
      let count = Double(part.count)
      let values = part.map(\.value)
      return Point(
        step: part.reduce(0) { $0 + Double($1.step) / count },
        mean: values.reduce(0, +) / count, low: values.min() ?? .nan, high: values.max() ?? .nan)
    }
  }
}
