/// Weight files of any format that is read here.
public enum WeightFile {
  /// Returns the content of a safetensors file or of one that `torch.save` wrote.
  ///
  /// - Throws: `FileError` or ``WeightFileError``.
  public static func read(_ path: String) throws -> StateDict {
    let file = try ByteFile(path: path)
    if try TorchFile.isFormat(of: file) { return try TorchFile.read(path) }
    if try Safetensors.isFormat(of: file) { return try Safetensors.read(path) }
    throw WeightFileError.unknownFormat(path: path)
  }
}

extension StateDict {
  /// What training programs put before the names of the model they train.
  private static let wrappers = ["module.", "_orig_mod."]

  /// Where a model of ReLIC keeps its encoder: the target's is the one that features come from.
  private static let encoders = ["target_encoder.0.", "online_encoder.0."]

  /// The children of torchvision's ResNet by their place in a `Sequential` of them.
  private static let children = [
    "0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4",
  ]

  /// The same arrays under this project's names: an encoder's children are called as torchvision
  /// calls them, not by their place, and no training program's prefix stands before them.
  public func withTorchvisionNames() -> StateDict {
    renamed { name in
      var rest = name[...]
      while let wrapper = Self.wrappers.first(where: { rest.hasPrefix($0) }) {
        rest = rest.dropFirst(wrapper.count)
      }
      let prefix = Self.encoders.first { rest.hasPrefix($0) } ?? ""
      return prefix + Self.named(rest.dropFirst(prefix.count))
    }
  }

  /// The encoder's weights under torchvision's names, out of an encoder's file or a whole model's.
  ///
  /// Classifiers, projection heads and PyTorch's batch counters are left out.
  public func encoderWeights() -> StateDict {
    let dict = withTorchvisionNames()
    let prefix =
      Self.encoders.first { prefix in dict.names.contains { $0.hasPrefix(prefix) } } ?? ""
    return dict.renamed { name in
      guard name.hasPrefix(prefix), dict.tensor(name) != nil else { return nil }
      let own = name.dropFirst(prefix.count)
      return ["fc.", "classifier."].contains { own.hasPrefix($0) } ? nil : String(own)
    }
  }

  /// An encoder's parameter with its first component turned from a place into a name.
  private static func named(_ name: Substring) -> String {
    let parts = name.split(separator: ".", maxSplits: 1)
    guard parts.count == 2 else { return String(name) }
    // EfficientNet's first child holds all others, so a second number follows.
    if parts[0] == "0", parts[1].first?.isNumber ?? false { return "features." + parts[1] }
    return (children[String(parts[0])] ?? String(parts[0])) + "." + parts[1]
  }
}
