internal import Foundation
internal import RelicNN

/// `relic convert`: writes weights of any format that is read as safetensors, or an encoder as a
/// model of ONNX.
struct ConvertCommand: Command, PrefixSettings {
  static let name = "convert"
  static let summary = "write weights of any known format as safetensors, or an encoder as ONNX"
  static let discussion = """
    Reads safetensors and PyTorch's .pth and .ckpt files (a state dict, alone or beside whatever a
    training program keeps with it), without Python and without running code from the file.

    An encoder gets torchvision's names: '0.weight' of the reference's encoder.pth is written as
    'conv1.weight', and what DataParallel, MoCo, DINO, lightly or solo-learn put before the names
    goes. A whole model of ReLIC gets the reference's names, so that relic-pytorch loads it; so does
    an encoder with '--names reference'. '--names timm' writes an encoder for timm.

      relic convert encoder.pth encoder.safetensors
      relic convert relic_model.pth encoder.safetensors --encoder-only
      relic convert moco.pth encoder.safetensors --encoder-only --prefix module.encoder_k
      relic convert RUN/encoder.safetensors encoder.safetensors --names reference

    A name that ends in .onnx asks for a model of ONNX (operators of version 17), which takes
    'images', float32 [batch, 3, height, width] with pixels as the encoder was trained on them (RGB
    in [0, 1] where it was trained here), and gives 'features'. Batch, height and width are free.

      relic convert RUN encoder.onnx
      relic convert resnet50.pth resnet50.onnx
    """
  static let operandPlaceholder: String? = "FROM TO"
  static let options: [OptionGroup<ConvertCommand>] = [
    OptionGroup(
      "Conversion",
      [
        .flag(
          "--encoder-only", sets: \.keepsEncoderOnly,
          "write the encoder alone, without heads and classifiers"),
        prefixOption,
        .choice(
          "--names", sets: \.names, as: "NAME",
          "whose names to write (default: the reference's for a whole model of ReLIC, torchvision's "
            + "for an encoder)"),
        .flag("--keep-names", sets: \.keepsNames, "the same as '--names file'"),
      ]),
    OptionGroup(
      "ONNX",
      [
        .flag("--onnx", sets: \.isONNX, "write a model of ONNX whatever the file's name"),
        .choice(
          "--encoder-model-name", "-m", sets: \.model, as: "NAME",
          "the encoder (default: what the file says or its weights show)"),
        .choice(
          "--stem", sets: \.stem, as: "NAME",
          "first layers of a ResNet (default: what the file says, or imagenet by their size)"),
      ]),
  ]

  /// Whose names arrays get.
  enum Names: String, CaseIterable {
    case torchvision
    case timm
    case reference
    case file
  }

  var keepsEncoderOnly = false
  var prefix: String?
  var names: Names?
  var keepsNames = false
  var isONNX = false
  var model: EncoderModel?
  var stem: Stem?
  var common = CommonSettings()

  func run(_ console: Console) throws {
    let (source, destination) = try paths()
    if writesONNX { return try writeONNX(source, to: destination, console) }
    try RunFolder.checkIsNoRun(source, given: "the file to read")
    var dict = try WeightFile.read(source, under: prefix)
    guard !dict.names.isEmpty else {
      throw WeightFileError.unsupported(path: source, reason: "it holds no arrays")
    }
    let names = keepsNames ? Names.file : names ?? usualNames(of: dict)
    do throws(EncoderSearchError) {
      if keepsEncoderOnly { dict = try dict.encoderWeights() }
      if names == .timm { dict = try dict.withTimmNames() }
    } catch {
      throw EncoderFileError.notFound(path: source, error)
    }
    switch names {
    case .torchvision: dict = dict.withTorchvisionNames()
    case .timm: break
    case .reference: dict = withoutMoments(dict.withReferenceNames(), console)
    case .file: break
    }
    tell(dict, of: source, console)
    dict.metadata["format"] = "pt"
    try Safetensors.write(dict, to: destination)
    console.tell("\(destination): \(dict.names.count.counted("array"))")
  }

  /// The reference's model takes no other arrays than its own.
  private func withoutMoments(_ dict: StateDict, _ console: Console) -> StateDict {
    let model = dict.renamed { $0.hasPrefix("adam.") ? nil : $0 }
    let count = dict.names.count - model.names.count
    if count > 0 {
      console.writeError(
        "note: left out: \(count.counted("array")) of Adam's moments; --keep-names keeps them\n")
    }
    return model
  }

  private func usualNames(of dict: StateDict) -> Names {
    dict.isRelicModel && !keepsEncoderOnly ? .reference : .torchvision
  }

  private func paths() throws -> (source: String, destination: String) {
    let help = "relic \(Self.name) --help"
    guard common.operands.count >= 2 else {
      throw UsageError.missingOperand("the file to read or the file to write", help: help)
    }
    guard common.operands.count == 2 else {
      throw UsageError.unexpectedOperand(common.operands[2], help: help)
    }
    try checkFormat(common.operands[1])
    if keepsEncoderOnly && (keepsNames || names == .file) {
      throw UsageError.conflict(
        "'--encoder-only' needs the names that '--keep-names' leaves out",
        remedy: "give one of them")
    }
    if keepsNames, let names, names != .file {
      throw UsageError.conflict(
        "both '--keep-names' and '--names \(names.rawValue)' are given",
        remedy: "give one of them")
    }
    return (common.operands[0], common.operands[1])
  }

  /// Says what the file has beside the arrays that are written, and which of these are broken.
  func tell(_ dict: StateDict, of source: String, _ console: Console) {
    for note in dict.notes(about: source) { console.writeError("note: \(note)\n") }
    if let name = dict.firstNotFinite {
      console.writeError(
        "warning: \(source): '\(name)' holds NaN or infinite numbers; features of it will, too\n")
    }
  }
}
