/// One option of a command: how it is typed, what it sets and what the help says about it.
struct Option<Settings>: Sendable {
  /// Every way to type it, with its dashes; the first is the name that help and errors use.
  ///
  /// Words are joined by `-` here; a user may type `_` instead.
  let spellings: [String]

  /// What stands for the value in the help, or `nil` if the option is a flag.
  let placeholder: String?

  /// What a right value is, for an error message.
  let expected: String

  /// The values to choose from, if they are few.
  let choices: [String]

  let help: String

  /// Whether it stands for values of other options, and is applied before these.
  var isPreset = false

  /// Whether a configuration file puts the value between quotes.
  let isText: Bool

  /// Sets the value, or returns false if it is not a right one.
  let set: @Sendable (_ argument: String, _ settings: inout Settings) -> Bool

  /// The value in `settings` as a user would type it, or `nil` if there is none.
  let get: @Sendable (_ settings: Settings) -> String?

  var name: String { spellings[0] }

  /// The key of this option in a configuration file: `batch_size` for `--batch-size`.
  var key: String {
    String(name.drop { $0 == "-" }).replacing("-", with: "_")
  }
}

extension Option {
  /// Returns the option of a command that keeps these settings in `property`.
  func within<Outer>(_ property: Option<Outer>.Property<Settings>) -> Option<Outer> {
    Option<Outer>(
      spellings: spellings, placeholder: placeholder, expected: expected, choices: choices,
      help: help, isPreset: isPreset, isText: isText,
      set: { set($0, &$1[keyPath: property]) }, get: { get($0[keyPath: property]) })
  }
}

/// Options that the help shows under one heading.
struct OptionGroup<Settings>: Sendable {
  let title: String
  let options: [Option<Settings>]

  init(_ title: String, _ options: [Option<Settings>]) {
    self.title = title
    self.options = options
  }

  /// Returns the options of a command that keeps these settings in `property`.
  func within<Outer>(_ property: Option<Outer>.Property<Settings>) -> OptionGroup<Outer> {
    OptionGroup<Outer>(title, options.map { $0.within(property) })
  }
}

extension Option {
  /// The setting that an option sets.
  typealias Property<Value> = any WritableKeyPath<Settings, Value> & Sendable

  /// Declares an option that sets a value within limits.
  static func value<Value: OptionValue>(
    _ spellings: String..., sets property: Property<Value>,
    as placeholder: String, from minimum: Value? = nil, above exclusiveMinimum: Value? = nil,
    to maximum: Value? = nil, _ help: String
  ) -> Self {
    limited(
      spellings, placeholder, Limits(minimum, exclusiveMinimum, maximum), help,
      set: { $1[keyPath: property] = $0 }, get: { $0[keyPath: property] })
  }

  /// Declares an option that sets a value within limits and has no value unless given.
  static func value<Value: OptionValue>(
    _ spellings: String..., sets property: Property<Value?>,
    as placeholder: String, from minimum: Value? = nil, above exclusiveMinimum: Value? = nil,
    to maximum: Value? = nil, _ help: String
  ) -> Self {
    limited(
      spellings, placeholder, Limits(minimum, exclusiveMinimum, maximum), help,
      set: { $1[keyPath: property] = $0 }, get: { $0[keyPath: property] })
  }

  /// Declares an option that sets one of the cases of an enumeration.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ spellings: String..., sets property: Property<Value>, as placeholder: String, _ help: String
  ) -> Self {
    oneOf(
      Value.self, spellings, placeholder, help, set: { $1[keyPath: property] = $0 },
      get: { $0[keyPath: property] })
  }

  /// Declares an option that sets one of the cases of an enumeration and has none unless given.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ spellings: String..., sets property: Property<Value?>, as placeholder: String, _ help: String
  ) -> Self {
    oneOf(
      Value.self, spellings, placeholder, help, set: { $1[keyPath: property] = $0 },
      get: { $0[keyPath: property] })
  }

  /// Declares an option without a value that turns a setting on; `=false` turns it off.
  static func flag(
    _ spellings: String..., sets property: Property<Bool>,
    _ help: String
  ) -> Self {
    Self(
      spellings: spellings, placeholder: nil, expected: "true or false",
      choices: ["true", "false"], help: help, isText: false,
      set: { argument, settings in
        guard let value = Bool(argument) else { return false }
        settings[keyPath: property] = value
        return true
      }, get: { String($0[keyPath: property]) })
  }

  /// Declares an option that stands for values of others, which are set by setting `property`.
  static func preset<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ spellings: String..., sets property: Property<Value>, as placeholder: String, _ help: String
  ) -> Self {
    var option = oneOf(
      Value.self, spellings, placeholder, help, set: { $1[keyPath: property] = $0 },
      get: { $0[keyPath: property] })
    option.isPreset = true
    return option
  }

  private static func limited<Value: OptionValue>(
    _ spellings: [String], _ placeholder: String, _ limits: Limits<Value>, _ help: String,
    set: @escaping @Sendable (Value, inout Settings) -> Void,
    get: @escaping @Sendable (Settings) -> Value?
  ) -> Self {
    Self(
      spellings: spellings, placeholder: placeholder, expected: Value.kind + limits.description,
      choices: [], help: help, isText: Value.isText,
      set: { argument, settings in
        guard let value = Value(argument: argument), limits.allow(value) else { return false }
        set(value, &settings)
        return true
      }, get: { get($0)?.argument })
  }

  private static func oneOf<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ type: Value.Type, _ spellings: [String], _ placeholder: String, _ help: String,
    set: @escaping @Sendable (Value, inout Settings) -> Void,
    get: @escaping @Sendable (Settings) -> Value?
  ) -> Self {
    let names = type.allCases.map(\.rawValue)
    return Self(
      spellings: spellings, placeholder: placeholder, expected: names.listed, choices: names,
      help: help, isText: true,
      set: { name, settings in
        guard let value = Value(rawValue: name) else { return false }
        set(value, &settings)
        return true
      }, get: { get($0)?.rawValue })
  }
}
