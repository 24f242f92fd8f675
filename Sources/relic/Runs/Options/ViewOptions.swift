internal import RelicNN

extension ViewStrength {
  /// The options of all commands that make views.
  static let options: [Option<ViewStrength>] = [
    .value(
      "--min-crop-scale", sets: \.minimumCropScale, as: "SHARE", from: 0.01, to: 1,
      "smallest share of the image's area that a large crop shows"),
    .value(
      "--max-crop-scale", sets: \.maximumCropScale, as: "SHARE", from: 0.01, to: 1,
      "largest share of the image's area that a large crop shows"),
    .value(
      "--jitter", sets: \.jitter, as: "STRENGTH", from: 0, to: 2,
      "strength of the colour jitter: 1 changes brightness, contrast and saturation by up to 0.8, "
        + "the hue by up to 0.2 turns"),
    .value(
      "--gray-probability", sets: \.grayscaleProbability, as: "P", from: 0, to: 1,
      "how often a view loses its colours"),
    .value(
      "--blur-probability", sets: \.blurProbability, as: "P", from: 0, to: 1,
      "how often a view is blurred"),
    .value(
      "--solarize-probability", sets: \.solarizeProbability, as: "P", from: 0, to: 1,
      "how often a large crop is solarized"),
  ]

  /// Refuses a smallest crop above the largest.
  func check() throws(UsageError) {
    guard minimumCropScale > maximumCropScale else { return }
    throw .conflict(
      "'--min-crop-scale' is \(minimumCropScale), and '--max-crop-scale' \(maximumCropScale)",
      remedy: "give a smaller and a larger one")
  }
}
