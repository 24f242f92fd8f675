internal import Foundation

/// Round numbers along an axis.
struct AxisTicks: Equatable {
  let values: [Double]
  /// What stands at each.
  let labels: [String]

  /// Chooses about `count` numbers within a range.
  init(_ range: ClosedRange<Double>, count: Int) {
    let span = range.upperBound - range.lowerBound
    let rough = span / Double(max(count, 1))
    let largest = max(abs(range.lowerBound), abs(range.upperBound))
    // Steps that are no normal numbers, or too small for the numbers that they lie between.
    guard rough > 1e-300, span.isFinite, largest < 1e15 * rough else {
      values = [range.lowerBound]
      labels = [Self.label(range.lowerBound, step: abs(range.lowerBound) / 10)]
      return
    }
    let power = pow(10, floor(log10(rough)))
    let step = ([1, 2, 2.5, 5].first { $0 * power >= rough * 0.999 } ?? 10) * power
    let first = Int((range.lowerBound / step - 1e-6).rounded(.up))
    let last = Int((range.upperBound / step + 1e-6).rounded(.down))
    values = first <= last ? (first...last).map { Double($0) * step } : [range.lowerBound]
    labels = values.map { Self.label($0, step: step) }
  }

  /// The number with as many digits as tell it from the next one, thousands as `k`.
  private static func label(_ value: Double, step: Double) -> String {
    if abs(value) < 1e-300 { return "0" }
    if step >= 1000, abs(value) >= 1000 {
      let thousands = value / 1000
      return (thousands == thousands.rounded() ? thousands.fixed(0) : thousands.fixed(1)) + "k"
    }
    if abs(value) < 0.01, step < 0.005 {
      let exponent = Int(floor(log10(abs(value)) + 1e-9))
      return (value / pow(10, Double(exponent))).argument(digits: 2) + "e\(exponent)"
    }
    let digits = max(0, Int((-log10(max(step, 1e-9))).rounded(.up)))
    // A step such as 0.25 needs a digit more than its size says.
    let shifted = step * pow(10, Double(digits))
    return value.fixed(abs(shifted - shifted.rounded()) < 1e-6 ? digits : digits + 1)
  }
}

extension Double {
  /// The number with at most so many decimal places.
  fileprivate func argument(digits: Int) -> String {
    var text = fixed(digits)
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
