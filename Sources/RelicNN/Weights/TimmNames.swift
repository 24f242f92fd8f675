/// The names that timm has for an encoder's arrays.
///
/// Its ResNets have torchvision's names; its `efficientnetv2_s` calls the same arrays by what they do.
enum TimmNames {
  private static let ends = [
    "features.0.0": "conv_stem", "features.0.1": "bn1", "features.7.0": "conv_head",
    "features.7.1": "bn2",
  ]

  /// The parts of a block that expands by 1, of one that expands by a full convolution, and of one
  /// with a depthwise convolution.
  private static let single = ["0.0": "conv", "0.1": "bn1"]
  private static let fused = ["0.0": "conv_exp", "0.1": "bn1", "1.0": "conv_pwl", "1.1": "bn2"]
  private static let depthwise = [
    "0.0": "conv_pw", "0.1": "bn1", "1.0": "conv_dw", "1.1": "bn2", "2.fc1": "se.conv_reduce",
    "2.fc2": "se.conv_expand", "3.0": "conv_pwl", "3.1": "bn3",
  ]

  /// Returns timm's name for torchvision's `name`, which stays where it is none of an EfficientNet.
  static func name(for name: String) -> String {
    let parts = name.split(separator: ".")
    if parts.count == 4, let place = ends[parts.prefix(3).joined(separator: ".")] {
      return "\(place).\(parts[3])"
    }
    // features.STAGE.LAYER.block.PART.PART.ARRAY
    guard parts.count == 7, parts[0] == "features", parts[3] == "block",
      let stage = Int(parts[1])
    else { return name }
    let names = stage == 1 ? single : stage < 4 ? fused : depthwise
    guard let part = names["\(parts[4]).\(parts[5])"] else { return name }
    return "blocks.\(stage - 1).\(parts[2]).\(part).\(parts[6])"
  }
}

extension StateDict {
  /// The encoder's weights under timm's names, out of an encoder's file or a whole model's.
  public func withTimmNames() throws(EncoderSearchError) -> StateDict {
    try encoderWeights().renamed { TimmNames.name(for: $0) }
  }
}
