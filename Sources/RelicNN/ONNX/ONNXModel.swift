/// An encoder as a model of ONNX, the format of ONNX Runtime and other programs for inference.
///
/// The model takes `images`, float32 `[batch, 3, height, width]` with pixels as the encoder was
/// trained on them (in [0, 1] where it was trained here), and gives `features`, float32
/// `[batch, featureCount]`. Batch, height and width are free. Weights have torchvision's names.
public enum ONNXModel {
  /// The revision of the format, and of its operators: ONNX 1.12 of 2022.
  private static let (format, operators) = (8, 17)

  /// Writes an encoder as a model, all at once or not at all.
  ///
  /// - Parameters:
  ///   - encoder: A ``ResNet`` or an ``EfficientNetV2``; normalisations go by their running averages.
  ///   - metadata: Notes for the reader, such as what trained it.
  ///   - path: The file.
  /// - Returns: Whether it was written; a network of another type is not.
  /// - Throws: `FileError` if it cannot be written.
  @discardableResult
  public static func write(
    _ encoder: some EncoderNetwork, metadata: [String: String] = [:], to path: String
  ) throws(FileError) -> Bool {
    guard let network = encoder as? any ONNXEncoder else { return false }
    var graph = ONNXGraph(weights: encoder.stateDict())
    network.append(to: &graph, images: "images", features: "features")
    var model = ProtobufMessage()
    model.add(1, format)
    model.add(2, "relic")
    model.add(
      7,
      graph.message(
        name: "encoder",
        input: ("images", [.any("batch"), .count(3), .any("height"), .any("width")]),
        output: ("features", [.any("batch"), .count(encoder.featureCount)])))
    var operatorSet = ProtobufMessage()
    operatorSet.add(1, "")
    operatorSet.add(2, operators)
    model.add(8, operatorSet)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      var note = ProtobufMessage()
      note.add(1, key)
      note.add(2, value)
      model.add(14, note)
    }
    try AtomicFile.write(model.bytes, to: path)
    return true
  }
}
