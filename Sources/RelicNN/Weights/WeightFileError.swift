/// A reason a weight file that can be read cannot be used.
public enum WeightFileError: Error, Equatable {
  case unknownFormat(path: String)
  case damaged(path: String, reason: String)
  case unsupported(path: String, reason: String)
  /// Several sets of weights, each below one of these prefixes.
  case several(path: String, prefixes: [String])
}

extension WeightFileError: CustomStringConvertible {
  /// The reason in one line, fit for a terminal.
  public var description: String {
    switch self {
    case .unknownFormat(let path):
      "\(path): is neither safetensors nor a PyTorch file of torch.save"
    case .damaged(let path, let reason): "\(path): is damaged: \(reason); get the file again"
    case .unsupported(let path, let reason): "\(path): cannot be used: \(reason)"
    case .several(let path, let prefixes):
      "\(path): holds several sets of weights; choose one with --prefix: "
        + prefixes.prefix(12).joined(separator: ", ")
    }
  }
}
