/// Where encoders lie among the names of a weight file.
///
/// An encoder is known by its first layers, under torchvision's names or by their place in a
/// `Sequential` of torchvision's children, with anything before them: `module.encoder_q.`,
/// `backbone.`, `online_encoder.0.`.
struct EncoderPlaces {
  /// The names that show an encoder: the first ends a prefix, the others stand below it, too.
  private static let signs: [[String]] = [
    ["layer1.0.conv1.weight", "conv1.weight", "bn1.weight"],
    ["features.1.0.block.0.0.weight", "features.0.0.weight"],
    ["0.1.0.block.0.0.weight", "0.0.0.weight"],
  ]

  /// Which of several encoders is meant: the one with the first component, where the rest have the
  /// others.
  ///
  /// DINO evaluates its averaged network; MoCo, BYOL and their like the one that is trained.
  private static let conventions: [(chosen: String, others: [String])] = [
    ("teacher", ["student"]), ("teacher_backbone", ["student_backbone"]),
    ("encoder_q", ["encoder_k"]), ("base_encoder", ["momentum_encoder"]),
    ("online_encoder", ["momentum_encoder", "target_encoder"]),
    (
      "backbone",
      [
        "momentum_backbone", "backbone_momentum", "target_backbone", "encoder_q", "encoder_k",
        "online_net", "target_net",
      ]
    ),
    ("encoder", ["momentum_encoder", "encoder_momentum", "encoder_ema", "target_encoder"]),
    ("online_network", ["target_network"]), ("online_net", ["target_net"]),
    ("online", ["target"]),
  ]

  /// What stands before each encoder's names, in alphabetical order.
  let prefixes: [String]

  init(_ names: [String]) {
    let known = Set(names)
    var found: Set<String> = []
    for name in names {
      for sign in Self.signs where Self.ends(name, with: sign[0]) {
        let prefix = name.dropLast(sign[0].count)
        if sign.allSatisfy({ known.contains(prefix + $0) }) { found.insert(String(prefix)) }
      }
      // By place: the blocks of a stage below a number, after a convolution 0 and its norm 1.
      if Self.ends(name, with: "0.conv1.weight") {
        let stage = name.dropLast("0.conv1.weight".count).dropLast()
        let digits = stage.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let prefix = stage.dropLast(digits)
        if digits > 0, known.contains(prefix + "0.weight"),
          known.contains(prefix + "1.running_mean")
        {
          found.insert(String(prefix))
        }
      }
    }
    prefixes = found.sorted()
  }

  /// The one that is meant where none was chosen, or `nil` if that cannot be told.
  var usual: String? {
    // Beside an encoder that stands below nothing, others are its copies.
    if prefixes.count == 1 || prefixes.first == "" { return prefixes[0] }
    if prefixes == StateDict.networks.sorted() { return StateDict.networks[0] }
    for convention in Self.conventions {
      let chosen = prefixes.filter { Self.has(convention.chosen, in: $0) }
      let others = prefixes.filter { prefix in
        convention.others.contains { Self.has($0, in: prefix) }
      }
      if chosen.count == 1, others.count == prefixes.count - 1, !others.contains(chosen[0]) {
        return chosen[0]
      }
    }
    return nil
  }

  private static func has(_ component: String, in prefix: String) -> Bool {
    prefix.split(separator: ".").contains { $0 == component }
  }

  private static func ends(_ name: String, with sign: String) -> Bool {
    name.hasSuffix(sign)
      && (name.count == sign.count || name.dropLast(sign.count).last == ".")
  }
}
