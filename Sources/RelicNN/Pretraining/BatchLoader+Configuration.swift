extension BatchLoader {
  /// Creates the loader of a run.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - configuration: Decides batch size, image size, numbers and strength of views, and seed.
  ///   - broken: What to do about an image that cannot be read.
  public init(
    dataset: any ImageDataset, configuration: PretrainingConfiguration,
    broken: BrokenImages = .refuse
  ) {
    self.init(
      dataset: dataset, batchSize: configuration.batchSize, imageSize: configuration.imageSize,
      globalViews: configuration.globalViews, localViews: configuration.localViews,
      strength: configuration.viewStrength, seed: configuration.seed, broken: broken)
  }
}
