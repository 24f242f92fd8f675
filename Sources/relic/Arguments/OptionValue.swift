/// A value that an option can carry on the command line and in a configuration file.
protocol OptionValue: Comparable, Sendable {
  /// Reads the value as a user types it, or returns `nil` if it is not one.
  init?(argument: String)

  /// The value as a user would type it.
  var argument: String { get }

  /// What the value is, for an error message: "a whole number".
  static var kind: String { get }

  /// Whether a configuration file puts the value between quotes.
  static var isText: Bool { get }
}

extension OptionValue {
  static var isText: Bool { false }
}

extension OptionValue where Self: LosslessStringConvertible {
  init?(argument: String) { self.init(argument) }

  var argument: String { description }
}

extension Int: OptionValue {
  static let kind = "a whole number"
}

extension UInt64: OptionValue {
  static let kind = "a whole number"
}

extension Float: OptionValue {
  static let kind = "a number"

  init?(argument: String) {
    guard let value = Float(argument), value.isFinite else { return nil }
    self = value
  }
}

extension Double: OptionValue {
  static let kind = "a number"

  init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
}

extension String: OptionValue {
  static let kind = "a text that is not empty"
  static let isText = true

  init?(argument: String) {
    if argument.isEmpty { return nil }
    self = argument
  }
}
