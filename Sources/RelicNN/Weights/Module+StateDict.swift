/// Why named tensors do not fit a module; each list holds what a reader needs to mend it.
public struct StateDictMismatch: Error, Equatable, Sendable {
  /// Names the module has and the tensors lack.
  public var missing: [String] = []
  /// Names the tensors have and the module lacks.
  public var unexpected: [String] = []
  /// Names on both sides with different shapes.
  public var misshapen: [String] = []
}

extension StateDictMismatch: CustomStringConvertible {
  /// The mismatch in one line, at most three names of each kind.
  public var description: String {
    func list(_ kind: String, _ names: [String]) -> String? {
      guard !names.isEmpty else { return nil }
      let rest = names.count > 3 ? " and \(names.count - 3) more" : ""
      return "\(kind) \(names.prefix(3).joined(separator: ", "))\(rest)"
    }
    return [
      list("missing", missing), list("unexpected", unexpected),
      list("of another shape", misshapen),
    ].compactMap { $0 }.joined(separator: "; ")
  }
}

extension Module {
  /// Returns the parameters and running statistics by name, shaped as PyTorch keeps them (OIHW).
  public func stateDict(_ path: String = "") -> StateDict {
    var dict = StateDict()
    var copy = self
    copy.visitParameters(path) { name, parameter in dict[name] = .floats(parameter.fileValue) }
    return dict
  }

  /// Replaces every parameter by the array of its name, or changes nothing and throws.
  ///
  /// PyTorch's `num_batches_tracked` is passed over: nothing here depends on it.
  ///
  /// - Parameters:
  ///   - dict: Arrays shaped as PyTorch keeps them.
  ///   - path: What stands before the module's own names.
  ///   - isComplete: Whether a name the module lacks is an error.
  /// - Throws: `StateDictMismatch` with all that is missing, unexpected or of another shape.
  public mutating func load(
    _ dict: StateDict, path: String = "", isComplete: Bool = true
  ) throws(StateDictMismatch) {
    var mismatch = StateDictMismatch()
    var known: Set<String> = []
    visitParameters(path) { name, parameter in
      known.insert(name)
      guard let tensor = dict.tensor(name) else {
        mismatch.missing.append(name + (dict.unread[name].map { " (\($0))" } ?? ""))
        return
      }
      if tensor.shape != parameter.fileShape {
        mismatch.misshapen.append("\(name) \(tensor.shape) instead of \(parameter.fileShape)")
      }
    }
    if isComplete {
      mismatch.unexpected = dict.names.filter {
        !known.contains($0) && !$0.hasSuffix("num_batches_tracked")
      }
    }
    guard mismatch == StateDictMismatch() else { throw mismatch }
    visitParameters(path) { name, parameter in
      if let tensor = dict.tensor(name) { parameter.load(tensor) }
    }
  }
}

extension Parameter {
  /// The shape in files: OIHW for a convolution.
  var fileShape: [Int] {
    let shape = value.shape
    return role == .convolutionWeight ? [shape[3], shape[2], shape[0], shape[1]] : shape
  }

  /// The value as files hold it.
  var fileValue: Tensor { inFile(value) }

  /// A tensor of the value's shape as files hold it.
  func inFile(_ tensor: Tensor) -> Tensor {
    role == .convolutionWeight ? tensor.permuted(to: [3, 2, 0, 1]) : tensor
  }

  /// A tensor as files hold it in the value's shape.
  func fromFile(_ tensor: Tensor) -> Tensor {
    role == .convolutionWeight ? tensor.permuted(to: [2, 3, 1, 0]) : tensor
  }

  /// Takes a value as files hold it.
  mutating func load(_ tensor: Tensor) { value = fromFile(tensor) }
}
