/// A reason an encoder cannot be taken out of a weight file.
public enum EncoderSearchError: Error, Equatable, Sendable {
  /// No encoder is there; `names` are some of those that are.
  case none(names: [String])
  /// Several are there, below these prefixes.
  case several(prefixes: [String])
}

extension EncoderSearchError: CustomStringConvertible {
  /// The reason in one line.
  public var description: String {
    switch self {
    case .none(let names) where names.contains(where: { $0.hasSuffix("conv_stem.weight") }):
      "holds an EfficientNet under timm's names, which is not read: timm's tf_ models have the same "
        + "arrays, pad otherwise and cannot be told apart; give a file under torchvision's names"
    case .none(let names):
      "holds no encoder that is known here (ResNet-18, ResNet-50 or EfficientNet-V2-S as "
        + "torchvision names their arrays, below any prefix); its names begin "
        + names.prefix(3).joined(separator: ", ")
    case .several(let prefixes):
      "holds several encoders; choose one with --prefix: " + prefixes.listedPrefixes
    }
  }
}

extension [String] {
  /// Prefixes as a user types them.
  var listedPrefixes: String {
    prefix(12).map { $0.isEmpty ? "''" : $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
      .joined(separator: ", ")
  }
}

extension StateDict {
  /// The prefixes of the two encoders of a model of ReLIC; features come from the first.
  static let networks = ["target_encoder.0.", "online_encoder.0."]

  /// Whether these are the arrays of a whole model of ReLIC.
  public var isRelicModel: Bool {
    Self.networks.allSatisfy { prefix in names.contains { $0.hasPrefix(prefix) } }
      && names.contains { $0.hasPrefix("online_encoder.1.") }
  }

  /// The prefix of the encoder that is meant where none was chosen.
  private func usualPlace() throws(EncoderSearchError) -> (prefix: String, others: [String]) {
    let places = EncoderPlaces(names)
    if let usual = places.usual { return (usual, places.prefixes.filter { $0 != usual }) }
    throw places.prefixes.isEmpty ? .none(names: names) : .several(prefixes: places.prefixes)
  }

  /// The encoder's weights under torchvision's names, out of an encoder's file or a whole model's.
  ///
  /// An encoder may lie below any prefix. Of two, the one is taken from which the features of the
  /// method come, such as DINO's teacher; the others are in ``alternatives``. Classifiers,
  /// projection heads and PyTorch's batch counters are left out.
  public func encoderWeights() throws(EncoderSearchError) -> StateDict {
    let (prefix, others) = try usualPlace()
    let own = EncoderNames(ownNames(prefix))
    var encoder = renamed { name in
      guard name.hasPrefix(prefix) else { return nil }
      let rest = name.dropFirst(prefix.count)
      if EncoderNames.isCopys(rest) { return nil }
      let short = own.torchvision(rest)
      if case .integers? = self[name], short.hasSuffix("num_batches_tracked") { return nil }
      return EncoderNames.isEncoders(short) ? short : nil
    }
    encoder.alternatives += others
    return encoder
  }

  /// The same arrays under the names that this project's modules have.
  ///
  /// An encoder's children are called as torchvision calls them, not by their place, and stand below
  /// no prefix, but for the two encoders of a model of ReLIC. All other names stay.
  public func withTorchvisionNames() -> StateDict {
    func bare(_ name: String) -> String {
      EncoderNames.unwrapped(name[...]).joined(separator: ".")
    }
    var result = renamed(bare)
    if result.isRelicModel {
      result = result.withNetworkNames { $1.torchvision($0) }
    } else if let (prefix, others) = try? usualPlace() {
      let own = EncoderNames(ownNames(prefix))
      result = renamed { name in
        guard name.hasPrefix(prefix) else { return bare(name) }
        let rest = name.dropFirst(prefix.count)
        if EncoderNames.isCopys(rest) { return name }
        let short = own.torchvision(rest)
        return EncoderNames.isEncoders(short) ? short : bare(name)
      }
      result.alternatives += others
    }
    // Two arrays would get one name: then all keep theirs.
    return result.names.count == names.count ? result : self
  }

  /// The same arrays under the reference's names.
  ///
  /// An encoder's children are called by their place, as in `0.weight` or
  /// `online_encoder.0.4.0.conv1.weight`.
  public func withReferenceNames() -> StateDict {
    let dict = withTorchvisionNames()
    return dict.isRelicModel
      ? dict.withNetworkNames { name, _ in EncoderNames.byPlace(String(name)) }
      : dict.renamed { EncoderNames.byPlace($0) }
  }

  private func ownNames(_ prefix: String) -> [Substring] {
    names.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
  }

  /// Renames the arrays of both encoders of a model of ReLIC, wherever their names stand.
  private func withNetworkNames(
    _ rename: (_ name: Substring, _ own: EncoderNames) -> String
  ) -> StateDict {
    // A network of another kind may have numbers among its names, which mean something else.
    let places = EncoderPlaces(names).prefixes
    let own = Self.networks.filter(places.contains).map { ($0, EncoderNames(ownNames($0))) }
    return renamed { name in
      for (prefix, names) in own {
        guard let range = name.firstRange(of: prefix) else { continue }
        return name[..<range.upperBound] + rename(name[range.upperBound...], names)
      }
      return name
    }
  }
}
