internal import Foundation

extension Double {
  /// The number with `digits` decimal places; NaN without the sign that it may have in memory.
  func fixed(_ digits: Int) -> String { isNaN ? "NaN" : String(format: "%.\(digits)f", self) }

  /// A number of seconds as people say it: `2 h 05 min`, `4 min 10 s`, `12 s`; `-` for one that is
  /// negative, too large or none.
  var duration: String {
    guard (0..<1e9).contains(self) else { return "-" }
    let seconds = Int(rounded())
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600)
    if hours > 0 { return "\(hours) h \(minutes < 10 ? "0" : "")\(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
  }
}
