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
  var featureScale: Int { self == .tuned ? 2 : 1 }

  /// Returns the side of views for features of images of a side, both in pixels.
  func viewSize(ofImages side: Int) -> Int {
    max(side / featureScale, RunOptions.imageSizes.lowerBound)
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
