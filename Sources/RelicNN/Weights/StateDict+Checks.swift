extension StateDict {
  /// The name of the first array with a NaN or an infinite number, or `nil`.
  public var firstNotFinite: String? {
    names.first { name in tensor(name).map { !$0.isFinite } ?? false }
  }

  /// The name of the first running variance with a number below 0, or `nil`.
  public var firstNegativeVariance: String? {
    names.first { name in
      guard name.hasSuffix("running_var"), let tensor = tensor(name) else { return false }
      return tensor.scalars.contains { $0 < 0 }
    }
  }

  /// What the file at `path` has beside these arrays, a line each.
  public func notes(about path: String) -> [String] {
    var notes: [String] = []
    if !alternatives.isEmpty {
      notes.append(
        "\(path): holds other weights, too, which --prefix chooses: \(alternatives.listedPrefixes)")
    }
    if let (name, reason) = unread.min(by: { $0.key < $1.key }) {
      let others = unread.count > 1 ? " and \(unread.count - 1) others" : ""
      notes.append("\(path): '\(name)'\(others) was left out: \(reason)")
    }
    return notes
  }
}

extension StateDict {
  /// The options of the architecture that an encoder's names and first convolution show, as a user
  /// types them; `nil` if it is the given one or none that is known.
  public func architecture(
    besides model: EncoderModel, _ stem: Stem
  ) -> String? {
    guard let known = architecture(preferring: stem), known != (model, stem) else { return nil }
    return known.model == .efficientnet
      ? "-m efficientnet" : "-m \(known.model.rawValue) --stem \(known.stem.rawValue)"
  }

  /// The architecture that an encoder's names and first convolution show.
  ///
  /// - Parameter stem: Which of two it is that differ by their strides alone: weights do not show
  ///   these. That of an EfficientNet is returned as it is given.
  /// - Returns: Architecture and first layers, or `nil` for none that is known.
  public func architecture(preferring stem: Stem) -> (model: EncoderModel, stem: Stem)? {
    if self["features.0.0.weight"] != nil { return (.efficientnet, stem) }
    let side = self["conv1.weight"]?.shape.last
    let kernel: Stem? =
      side == 3 ? (stem == .small ? .small : .cifar) : side == 7 ? .imagenet : nil
    let depth: EncoderModel? =
      self["layer3.5.conv3.weight"] != nil && self["layer3.6.conv3.weight"] == nil
      ? .resnet50
      : self["layer4.1.conv2.weight"] != nil && self["layer1.2.conv1.weight"] == nil
        && self["layer1.0.conv3.weight"] == nil
        ? .resnet18
        : self["layer1.0.conv1.weight"]?.shape == [32, 32, 3, 3] ? .resnet16Tapered : nil
    guard let kernel, let depth else { return nil }
    return (depth, kernel)
  }
}
