/// Named arrays in a fixed order, with notes: the content of a weight file, PyTorch's state dict.
public struct StateDict: Sendable, Equatable {
  /// One array; floating-point types of every width are read as `Float`, the others as integers.
  public enum Value: Sendable, Equatable {
    case floats(Tensor)
    case integers([Int64], shape: [Int])

    /// The extent of each axis, empty for a single number.
    public var shape: [Int] {
      switch self {
      case .floats(let tensor): tensor.shape
      case .integers(_, let shape): shape
      }
    }
  }

  /// The names, in the order in which they were added.
  public private(set) var names: [String] = []

  /// Notes about the file: what made it, from what.
  public var metadata: [String: String] = [:]

  /// Arrays that a file has and that are not here, with the reason.
  public internal(set) var unread: [String: String] = [:]

  /// Prefixes of other sets of weights in the file that these came from.
  public internal(set) var alternatives: [String] = []

  private var values: [String: Value] = [:]

  /// Creates an empty state dict.
  public init() {}

  /// The array under `name`; a new name goes to the end, and `nil` removes one.
  public subscript(name: String) -> Value? {
    get { values[name] }
    set {
      if newValue == nil {
        names.removeAll { $0 == name }
      } else if values[name] == nil {
        names.append(name)
      }
      values[name] = newValue
    }
  }

  /// The floating-point array under `name`, or `nil` if there is none.
  public func tensor(_ name: String) -> Tensor? {
    if case .floats(let tensor)? = values[name] { tensor } else { nil }
  }

  /// Returns the same arrays under other names, without those for which `rename` returns `nil`.
  public func renamed(_ rename: (_ name: String) -> String?) -> StateDict {
    var result = StateDict()
    result.metadata = metadata
    result.alternatives = alternatives
    for name in names {
      if let newName = rename(name) { result[newName] = values[name] }
    }
    for (name, reason) in unread {
      if let newName = rename(name) { result.unread[newName] = reason }
    }
    return result
  }
}
