extension Int {
  /// The number with what is counted, in the singular where there is one: `1 step`, `2 steps`.
  func counted(_ noun: String) -> String { "\(self) \(noun)" + (self == 1 ? "" : "s") }
}
