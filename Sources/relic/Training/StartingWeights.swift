internal import RelicNN

/// Weights that a run starts from in place of random ones: a whole model's or an encoder's alone.
struct StartingWeights {
  let path: String
  private let content: StateDict

  /// Whether they are those of a whole model, its logits' scale and bias among them.
  var isWholeModel: Bool { content.isRelicModel }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: Safetensors, or a file of `torch.save`.
  ///   - prefix: What stands before the names that are wanted.
  /// - Throws: What cannot be read.
  init(path: String, under prefix: String?) throws {
    self.path = path
    try RunFolder.checkIsNoRun(path, given: "'--ckpt-path'")
    content = try WeightFile.read(path, under: prefix)
  }

  /// Returns the state of a run before its first step.
  ///
  /// Of a model of ReLIC both networks are taken; an encoder alone starts both, below a head with
  /// random weights.
  func state<Backbone: EncoderNetwork>(
    _ encoder: Backbone, _ configuration: PretrainingConfiguration, stepsPerEpoch: Int
  ) throws -> Pretraining<Backbone> {
    var encoder = encoder
    if !isWholeModel {
      let file = EncoderFile(path: path, model: configuration.encoder, stem: configuration.stem)
      _ = try file.load(content, into: &encoder)
    }
    var state = Pretraining(encoder, configuration, stepsPerEpoch: stepsPerEpoch)
    if isWholeModel {
      do throws(CheckpointError) {
        try state.loadWeights(content)
      } catch {
        throw RunError.unusableCheckpoint(path: path, error)
      }
    }
    return state
  }

  /// Says what was taken from the file.
  func tell(_ console: Console) {
    if isWholeModel {
      console.tell(
        "\(path): weights only; optimiser, decay and step begin anew ('--resume RUN' goes on with "
          + "all of a run)")
      return
    }
    console.tell("\(path): an encoder alone; both networks start from it, below a new head")
    for note in content.notes(about: path) { console.writeError("note: \(note)\n") }
    guard content.metadata["program"]?.hasPrefix("relic") != true else { return }
    console.writeError(
      "note: if it was trained on normalised pixels, as torchvision's are, it sees others here, from "
        + "0 to 1; batch normalisation makes up for most of that within some steps\n")
  }
}
