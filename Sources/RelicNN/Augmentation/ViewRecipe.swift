/// What happens to one image on its way to one view; equal recipes give equal views.
struct ViewRecipe: Equatable, Sendable {
  let crop: CropRectangle
  let isMirrored: Bool
  let jitter: ColorJitter?
  let isGray: Bool
  /// The blur's standard deviation in pixels, or `nil` for none.
  let sigma: Float?
  let isSolarized: Bool
}

extension ViewRecipe {
  /// Draws a recipe for an image of `width` by `height` pixels.
  ///
  /// - Parameters:
  ///   - width: Pixels in a row of the image.
  ///   - height: Rows of the image.
  ///   - isLocal: Whether the view is a small crop, which is never solarized.
  ///   - strength: How far the view may differ.
  ///   - random: Decides everything.
  init(
    width: Int, height: Int, isLocal: Bool, strength: ViewStrength, using random: inout Philox
  ) {
    let scale = isLocal ? 0.05...1 : strength.minimumCropScale...strength.maximumCropScale
    crop = RandomResizedCrop(scale: scale)
      .rectangle(width: width, height: height, using: &random)
    isMirrored = random.uniform() < 0.5
    jitter = random.uniform() < 0.8 ? ColorJitter(strength: strength.jitter, using: &random) : nil
    isGray = random.uniform() < strength.grayscaleProbability
    let sigma = random.uniform(0.1, 2)
    isSolarized = !isLocal && random.uniform() < strength.solarizeProbability
    self.sigma = random.uniform() < strength.blurProbability ? sigma : nil
  }
}
