/// Uses of names of a folder further down the map that are still to be mended.
///
/// Nothing is added here: what is mended is taken out.
enum KnownArrowsUp {
  static let uses: Set<String> = [
    "LinearProbe/Scores/AccuracyTable.swift: ProbeScore",
    "RelicNN/Encoders/Encoder.swift: .EncoderModel",
    "RelicNN/Encoders/Encoder.swift: .Stem",
    "RelicNN/Encoders/Encoder.swift: PretrainingConfiguration",
    "RelicNN/Encoders/ResNet.swift: .Stem",
    "RelicNN/Encoders/ResNet.swift: PretrainingConfiguration",
    "RelicNN/Images/EvaluationTransform.swift: CropRectangle",
    "RelicNN/Images/ImageFile.swift: DatasetError",
    "RelicNN/Images/Resize.swift: CropRectangle",
    "RelicNN/Loading/BatchLoader.swift: PretrainingConfiguration",
  ]
}
