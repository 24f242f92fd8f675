internal import RelicNN

/// `relic convert`: writes weights of any format that is read as safetensors.
struct ConvertCommand: Command {
  static let name = "convert"
  static let summary = "write weights of any known format as safetensors"
  static let discussion = """
    Reads safetensors and PyTorch's .pth files (a state dict, alone or one level down), without
    Python and without running code from the file. Names become torchvision's: '0.weight' of the
    reference's encoder.pth is written as 'conv1.weight', and DataParallel's 'module.' goes.

      relic convert encoder.pth encoder.safetensors
      relic convert relic_model.pth encoder.safetensors --encoder-only
    """
  static let operandPlaceholder: String? = "FROM TO"
  static let options: [OptionGroup<ConvertCommand>] = [
    OptionGroup(
      "Conversion",
      [
        .flag(
          "--encoder-only", sets: \.keepsEncoderOnly,
          "write the (target) encoder alone, without heads and classifiers"),
        .flag("--keep-names", sets: \.keepsNames, "write the names as they stand in the file"),
      ])
  ]

  var keepsEncoderOnly = false
  var keepsNames = false
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let help = "relic \(Self.name) --help"
    guard common.operands.count >= 2 else {
      throw UsageError.missingOperand("the file to read or the file to write", help: help)
    }
    guard common.operands.count == 2 else {
      throw UsageError.unexpectedOperand(common.operands[2], help: help)
    }
    try UsageError.check(common.operands[1], endsIn: "safetensors")
    if keepsEncoderOnly && keepsNames {
      throw UsageError.conflict(
        "'--encoder-only' needs the names that '--keep-names' leaves out",
        remedy: "give one of them")
    }
    var dict = try WeightFile.read(common.operands[0])
    if keepsEncoderOnly {
      dict = dict.encoderWeights()
    } else if !keepsNames {
      dict = dict.withTorchvisionNames()
    }
    dict.metadata["format"] = "pt"
    try Safetensors.write(dict, to: common.operands[1])
    console.line("\(common.operands[1]): \(dict.names.count) arrays")
  }
}
