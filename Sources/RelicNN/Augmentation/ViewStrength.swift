/// How far views differ from their images: the numbers of an augmentation recipe.
public struct ViewStrength: Equatable, Sendable {
  /// The smallest share of the image's area that a large crop shows, above 0.
  public var minimumCropScale: Float = 0.1

  /// The largest, at least the smallest and at most 1.
  public var maximumCropScale: Float = 1

  /// How strong the colour jitter is.
  ///
  /// Brightness, contrast and saturation change by up to 0.8 of this, the hue by up to 0.2 turns of
  /// it. Chen et al. 2020 (SimCLR), appendix A, call it s.
  public var jitter: Float = 1

  /// How often a view loses its colours.
  public var grayscaleProbability: Float = 0.2

  /// How often a view is blurred.
  public var blurProbability: Float = 1

  /// How often a large crop is solarized.
  public var solarizeProbability: Float = 0.2

  /// Creates the reference's recipe.
  public init() {}
}
