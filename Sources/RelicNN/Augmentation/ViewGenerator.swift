/// Makes random views of images, by the reference's recipe unless told otherwise.
///
/// Random resized crop, horizontal flip, colour jitter, greyscale, Gaussian blur, solarization, then
/// values in [0, 1] without normalisation; each step on 8 bits as torchvision does on Pillow images.
public struct ViewGenerator: Sendable {
  /// The side of a view, in pixels.
  public let size: Int

  /// Whether views are small crops, seen by the online network alone.
  public let isLocal: Bool

  private let strength: ViewStrength
  private let blurRadius: Int

  /// Creates a generator of global or local views.
  ///
  /// - Parameters:
  ///   - imageSize: The side of a global view, in pixels; a local one has 3/7 of it.
  ///   - isLocal: Whether to make local views.
  ///   - strength: How far views differ from their images.
  public init(imageSize: Int, isLocal: Bool, strength: ViewStrength = ViewStrength()) {
    self.isLocal = isLocal
    self.strength = strength
    size = isLocal ? imageSize * 3 / 7 : imageSize
    blurRadius = imageSize / 10 / 2
    precondition(size > blurRadius, "views of \(size) pixels are too small to blur")
  }

  /// Buffers that one worker uses again for view after view.
  struct Scratch {
    var image: PlanarImage
    var resize = Resize()
    var blur: GaussianBlur
  }

  /// Returns buffers for views of this generator.
  func makeScratch() -> Scratch {
    Scratch(image: PlanarImage(width: size, height: size), blur: GaussianBlur(radius: blurRadius))
  }

  /// Makes one view of `source`.
  ///
  /// - Parameters:
  ///   - source: The image.
  ///   - seed: The seed of the run.
  ///   - epoch: The pass over the data.
  ///   - sample: The image's index in its data set.
  ///   - view: The view's number, globals first.
  /// - Returns: Shape `[size, size, 3]`, values in [0, 1].
  public func view(
    of source: RGBImage, seed: UInt64, epoch: Int, sample: Int, view: Int
  ) -> Tensor {
    var result = Tensor(uninitialized: [size, size, 3])
    var scratch = makeScratch()
    RowPass.whole.forEachChunk(writing: &result) { _, elements in
      write(
        ReducedImage(source), seed: seed, epoch: epoch, sample: sample, view: view, into: &elements,
        &scratch)
    }
    return result
  }

  /// Writes one view as `[size, size, 3]` into `destination`.
  func write(
    _ source: ReducedImage, seed: UInt64, epoch: Int, sample: Int, view: Int,
    into destination: inout MutableSpan<Float>, _ scratch: inout Scratch
  ) {
    let recipe = recipe(
      width: source.fullWidth, height: source.fullHeight, seed: seed, epoch: epoch, sample: sample,
      view: view)
    apply(recipe, to: source, &scratch)
    scratch.image.write(into: &destination)
  }

  /// Returns how much smaller an image of `width` by `height` pixels may be for a view.
  func reduction(
    width: Int, height: Int, seed: UInt64, epoch: Int, sample: Int, view: Int
  ) -> ImageReduction {
    let crop = recipe(
      width: width, height: height, seed: seed, epoch: epoch, sample: sample, view: view
    ).crop
    return ImageReduction(from: (crop.width, crop.height), to: size)
  }

  private func recipe(
    width: Int, height: Int, seed: UInt64, epoch: Int, sample: Int, view: Int
  ) -> ViewRecipe {
    var random = Philox(
      seed: seed, purpose: .augmentation, epoch: epoch, sample: sample, view: view)
    return ViewRecipe(
      width: width, height: height, isLocal: isLocal, strength: strength, using: &random)
  }

  /// Leaves the view of `source` that `recipe` describes in `scratch.image`.
  func apply(_ recipe: ViewRecipe, to source: ReducedImage, _ scratch: inout Scratch) {
    let crop = source.reduction.applied(
      to: recipe.crop, width: source.image.width, height: source.image.height)
    scratch.resize.apply(
      crop, of: source.image, isMirrored: recipe.isMirrored, to: &scratch.image)
    recipe.jitter?.apply(to: &scratch.image)
    if recipe.isGray { Grayscale.apply(to: &scratch.image) }
    if let sigma = recipe.sigma { scratch.blur.apply(sigma: sigma, to: &scratch.image) }
    if recipe.isSolarized { Solarize.apply(to: &scratch.image) }
  }
}
