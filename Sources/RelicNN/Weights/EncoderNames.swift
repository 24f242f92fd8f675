/// The names of an encoder's arrays: as torchvision has them, or by the place of each child, as the
/// reference's `Sequential` of torchvision's children has them.
struct EncoderNames {
  /// Modules that training programs put around others; they own no arrays.
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]

  /// The number of each stage, from 1, by its place among children that are called by place.
  private let stages: [Substring: Int]

  /// Learns from an encoder's own names how many children stand before its stages.
  init(_ names: [Substring]) {
    let places = names.compactMap { name -> Int? in
      let parts = name.split(separator: ".", maxSplits: 3)
      guard parts.count == 4, parts[1] == "0", parts[2] == "conv1" else { return nil }
      return Int(parts[0])
    }
    stages = Dictionary(
      uniqueKeysWithValues: Set(places).sorted().enumerated().map { ("\($1)"[...], $0 + 1) })
  }

  /// The name that torchvision has for an encoder's own `name`.
  func torchvision(_ name: Substring) -> String {
    var parts = Self.unwrapped(name)
    guard parts.count > 1 else { return parts.joined(separator: ".") }
    if parts[0] == "0", parts[1].allSatisfy(\.isNumber) {
      // EfficientNet's first child holds all others, so a second number follows.
      parts[0] = "features"
    } else if let stage = stages[parts[0]] {
      parts[0] = "layer\(stage)"
    } else if parts.count == 2 {
      parts[0] = ["0": "conv1", "1": "bn1"][parts[0]] ?? parts[0]
    }
    // What some ResNets for small images call torchvision's `downsample`.
    if parts.count > 3, parts[0].hasPrefix("layer"), parts[2] == "shortcut" {
      parts[2] = "downsample"
    }
    return parts.joined(separator: ".")
  }

  /// Whether a name of torchvision is that of an array of an encoder, not of what follows it.
  static func isEncoders(_ name: String) -> Bool {
    ["conv1.", "bn1.", "layer", "features."].contains { name.hasPrefix($0) }
  }

  /// The name by place for torchvision's `name`.
  static func byPlace(_ name: String) -> String {
    let parts = name.split(separator: ".", maxSplits: 1)
    guard parts.count == 2 else { return name }
    let places = [
      "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
      "features": "0",
    ]
    return (places[String(parts[0])] ?? String(parts[0])) + "." + parts[1]
  }

  /// Whether `name`, without the prefix of an encoder, is that of an array of another one.
  ///
  /// An encoder's first layers stand right below its prefix. What a wrapper holds beside them is a
  /// copy, such as an average of its weights.
  static func isCopys(_ name: Substring) -> Bool {
    wrappers.contains(name.prefix { $0 != "." })
  }

  /// The parts of a name without wrappers before or between them.
  static func unwrapped(_ name: Substring) -> [Substring] {
    name.split(separator: ".").filter { !wrappers.contains($0) }
  }
}
