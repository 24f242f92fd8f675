extension PickleMachine {
  /// The argument that `function` would return unchanged, or `nil` if it makes something else.
  func handedOn(
    by function: Pickle.Reference, _ arguments: Pickle.Reference
  ) -> Pickle.Reference? {
    guard case .global(let name) = values[function], case .tuple(let items) = values[arguments]
    else { return nil }
    switch (name, items.count) {
    case ("torch._utils._rebuild_parameter", 3), ("torch._utils._rebuild_parameter_with_state", 4),
      ("torch.Size", 1):
      return items[0]
    default: return nil
    }
  }

  /// Describes what calling `function` would give; nothing is called.
  mutating func call(_ function: Pickle.Reference, _ arguments: Pickle.Reference) throws
    -> Pickle.Value
  {
    guard case .tuple(let items) = values[arguments] else { throw Self.misplaced("arguments") }
    guard case .global(let name) = values[function] else {
      return .object(self.name(of: function), [])
    }
    return result(of: name, items)
  }

  /// The values of the calls that state dicts are made of.
  private mutating func result(of name: String, _ items: [Pickle.Reference]) -> Pickle.Value {
    switch (name, items.count) {
    case ("collections.OrderedDict", 0), ("collections.defaultdict", 0...1):
      return .dictionary([])
    case ("collections.OrderedDict", 1):
      // Python 2 hands over all pairs at once.
      return pairs(items[0]).map { .dictionary($0) } ?? .object(name, [])
    case ("torch._utils._rebuild_tensor", 4), ("torch._utils._rebuild_tensor_v2", 6...7),
      ("torch._utils._rebuild_tensor_v3", 7...8):
      return .tensor(items)
    case ("torch._tensor._rebuild_from_type_v2", 4):
      // A tensor with attributes of its own, by the function that makes one without them.
      guard case .global(let function) = values[items[0]], case .tuple(let own) = values[items[2]],
        function != name
      else { return .object(name, []) }
      return result(of: function, own)
    case ("copyreg._reconstructor", 1...), ("copy_reg._reconstructor", 1...):
      return .object(self.name(of: items[0]), [])
    default: return .object(name, [])
    }
  }

  private mutating func pairs(_ list: Pickle.Reference) -> [Pickle.Entry]? {
    guard case .list(let items) = values[list] else { return nil }
    // One list may be handed over many times.
    copiedEntries += items.count
    let entries = items.compactMap { item -> Pickle.Entry? in
      switch values[item] {
      case .list(let pair) where pair.count == 2, .tuple(let pair) where pair.count == 2:
        Pickle.Entry(key: pair[0], value: pair[1])
      default: nil
      }
    }
    return entries.count == items.count ? entries : nil
  }

  /// The name of the code that `reference` stands for.
  func name(of reference: Pickle.Reference) -> String {
    switch values[reference] {
    case .global(let name), .object(let name, _): return name
    case .persistent(let description):
      // ('module', type, file, source), as PyTorch describes a class with its source.
      if case .tuple(let parts) = values[description], parts.count > 1,
        case .global(let name) = values[parts[1]]
      {
        return name
      }
      return "a Python object"
    default: return "a Python object"
    }
  }
}
