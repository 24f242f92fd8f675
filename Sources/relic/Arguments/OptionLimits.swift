/// The values that an option allows.
struct Limits<Value: OptionValue>: CustomStringConvertible {
  private let minimum: Value?
  private let exclusiveMinimum: Value?
  private let maximum: Value?

  init(_ minimum: Value?, _ exclusiveMinimum: Value?, _ maximum: Value?) {
    (self.minimum, self.exclusiveMinimum, self.maximum) = (minimum, exclusiveMinimum, maximum)
  }

  func allow(_ value: Value) -> Bool {
    (minimum.map { $0 <= value } ?? true) && (exclusiveMinimum.map { $0 < value } ?? true)
      && (maximum.map { value <= $0 } ?? true)
  }

  /// The limits as they follow the kind of value in a sentence.
  var description: String {
    if let minimum, let maximum { return " from \(minimum.argument) to \(maximum.argument)" }
    let parts = [
      minimum.map { " of at least \($0.argument)" },
      exclusiveMinimum.map { " above \($0.argument)" },
      maximum.map { " of at most \($0.argument)" },
    ]
    return parts.compactMap { $0 }.joined(separator: " and")
  }
}
