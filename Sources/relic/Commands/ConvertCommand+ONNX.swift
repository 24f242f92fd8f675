internal import RelicNN

extension ConvertCommand {
  /// Whether a model of ONNX is asked for, by option or by the name of the file to write.
  var writesONNX: Bool { isONNX || common.operands.last?.lowercased().hasSuffix(".onnx") == true }

  /// Refuses options of the other format.
  func checkFormat(_ destination: String) throws(UsageError) {
    try UsageError.check(destination, endsIn: writesONNX ? "onnx" : "safetensors")
    if writesONNX, keepsNames || names != nil {
      throw .conflict(
        "the arrays of a model of ONNX have torchvision's names",
        remedy: "leave out --names and --keep-names")
    }
    if !writesONNX, model != nil || stem != nil {
      throw .conflict(
        "'-m' and '--stem' say how an encoder computes, which safetensors do not hold",
        remedy: "leave them out, or write a model of ONNX by --onnx")
    }
  }

  /// Writes the encoder of a run or of a file of weights as a model of ONNX.
  func writeONNX(_ source: String, to destination: String, _ console: Console) throws {
    let run = RunFolder(path: source)
    if run.holdsRun, !run.holdsEncoder {
      throw run.holdsCheckpoint ? RunError.noEncoder(path: source) : .noCheckpoint(path: source)
    }
    let path = run.holdsRun ? run.encoderPath : source
    let content = try WeightFile.read(path, under: prefix)
    let (model, stem) = try architecture(of: content, path)
    var encoder: any EncoderNetwork = model.network(stem: stem, seed: 0)
    let file = EncoderFile(path: path, prefix: prefix, model: model, stem: stem)
    let weights = try file.load(content, into: &encoder)
    tell(weights, of: path, console)
    var notes = content.metadata.filter { $0.key != "format" }
    notes["model"] = model.rawValue
    notes["stem"] = model == .efficientnet ? nil : stem.rawValue
    notes["pixels"] = notes["program"] == nil ? nil : "RGB in [0, 1]"
    try ONNXModel.write(encoder, metadata: notes, to: destination)
    console.tell(
      "\(destination): \(model.rawValue) as a model of ONNX, from 'images' [batch, 3, height, width] "
        + "to 'features' [batch, \(encoder.featureCount)]")
  }

  /// What the encoder is: by option, by the file's notes, or by its names and first convolution.
  private func architecture(
    of content: StateDict, _ path: String
  ) throws -> (EncoderModel, Stem) {
    let noted = content.metadata
    let encoder: StateDict
    do throws(EncoderSearchError) {
      encoder = try content.encoderWeights()
    } catch {
      throw EncoderFileError.notFound(path: path, error)
    }
    let found = encoder.architecture(preferring: .cifar)
    let help = "relic \(Self.name) --help"
    guard let model = model ?? noted["model"].flatMap(EncoderModel.init) ?? found?.model else {
      throw UsageError.missing("--encoder-model-name", help: help)
    }
    if model == .efficientnet { return (model, .imagenet) }
    if let stem = stem ?? noted["stem"].flatMap(Stem.init) { return (model, stem) }
    guard found?.stem == .imagenet else {
      throw UsageError.conflict(
        "\(path): its first convolution is 3x3, of stride 1 or 2, which weights do not show",
        remedy: "give '--stem cifar' (stride 1) or '--stem small' (stride 2)")
    }
    return (model, .imagenet)
  }
}
