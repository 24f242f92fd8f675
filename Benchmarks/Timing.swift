/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}

extension [Double] {
  /// The middle value; the lower one of two.
  var median: Double { sorted()[(count - 1) / 2] }
}
