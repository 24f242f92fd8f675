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
    "relic/Arguments/ConfigurationFile.swift: Relic",
    "relic/Arguments/HelpText.swift: ExitCode",
    "relic/Arguments/HelpText.swift: Relic",
    "relic/Commands/InfoCommand.swift: Relic",
    "relic/Probing/FeatureFiles.swift: ProbeCommand",
    "relic/Probing/FeatureSource.swift: Relic",
    "relic/Probing/ProbeRun.swift: Relic",
    "relic/Runs/PretrainingLoop.swift: .Scores",
    "relic/Runs/PretrainingLoop.swift: Interruption",
    "relic/Runs/PretrainingLoop.swift: OnlineEvaluation",
    "relic/Runs/PretrainingLoop.swift: Relic",
    "relic/Runs/RunFolder.swift: PretrainCommand",
    "relic/Terminal/ProgressLine.swift: .argument",
  ]
}
