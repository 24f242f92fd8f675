internal import RelicNN

/// A set of option values that were chosen together; each option can still be given.
enum Recipe: String, CaseIterable, Sendable {
  /// The reference's values: those that the published rows were made with.
  case reference
  /// The best that runs on CIFAR-10 and on photos have found at equal processor time.
  case tuned

  /// The side of the images that features are made of, in sides of views.
  ///
  /// At twice the side, crops show things about as large as these images do, for a quarter of the work.
  private var featureScale: Int { self == .tuned ? 2 : 1 }

  /// Whether the sides of images and the crops that are not given follow from those that are, and from the
  /// network.
  var choosesSizes: Bool { featureScale > 1 }

  /// Settles the sides of views and of the images that features are made of, in pixels.
  ///
  /// - Parameters:
  ///   - own: The side of the images of a data set.
  ///   - view: The side of views, if it was given.
  ///   - feature: That of the images that features are made of, if it was given.
  ///   - stride: The network's output stride.
  /// - Returns: Both sides; the same where the network would leave one place of smaller views.
  func sizes(
    of own: Int, view: Int?, feature: Int?, outputStride stride: Int
  ) -> (view: Int, feature: Int) {
    guard choosesSizes else {
      let view = view ?? own
      return (view, feature ?? view)
    }
    let part = view ?? (feature ?? own) / featureScale
    guard part > stride else {
      let whole = view ?? feature ?? own
      return (whole, feature ?? whole)
    }
    return (part, feature ?? min(featureScale * part, RunOptions.imageSizes.upperBound))
  }

  /// Has views that are as large as the images show larger parts of them, unless `given` options say
  /// how large.
  func fitCrops(
    _ strength: inout ViewStrength, to sizes: (view: Int, feature: Int), given: Set<String>
  ) {
    guard choosesSizes, sizes.feature <= sizes.view else { return }
    if !given.contains("min_crop_scale") { strength.minimumCropScale = 0.2 }
    if !given.contains("max_crop_scale") { strength.maximumCropScale = 1 }
  }

  /// Its values, the defaults where it says nothing.
  var values: PretrainingConfiguration {
    var values = PretrainingConfiguration()
    guard self == .tuned else { return values }
    // Eight views of a quarter of the images: each is compared with seven others for the work of
    // one network pass a view.
    values.batchSize = 64
    values.globalViews = 8
    // About the resolution that a crop has in images of twice the side.
    values.viewStrength.minimumCropScale = 0.15
    values.viewStrength.maximumCropScale = 0.5
    // Milder than the reference's: colours tell classes apart, too.
    values.viewStrength.jitter = 0.5
    values.viewStrength.grayscaleProbability = 0.1
    values.viewStrength.blurProbability = 0
    values.viewStrength.solarizeProbability = 0
    // The trained scale needs thousands of steps to get there.
    values.initialLogitScale = 5
    values.emaDecay = 0.99
    values.learningRate = 1e-3
    values.warmupSteps = 300
    values.learningRateShape = .cosine
    values.decayStart = 0.3
    values.fp16Precision = true
    return values
  }

  /// Sets the options that recipes differ in.
  func apply(to configuration: inout PretrainingConfiguration) {
    let values = values
    configuration.batchSize = values.batchSize
    configuration.globalViews = values.globalViews
    configuration.viewStrength = values.viewStrength
    configuration.initialLogitScale = values.initialLogitScale
    configuration.emaDecay = values.emaDecay
    configuration.learningRate = values.learningRate
    configuration.warmupSteps = values.warmupSteps
    configuration.learningRateShape = values.learningRateShape
    configuration.decayStart = values.decayStart
    configuration.fp16Precision = values.fp16Precision
  }
}
