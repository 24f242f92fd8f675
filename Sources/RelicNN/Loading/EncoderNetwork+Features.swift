extension EncoderNetwork {
  /// Returns features of inference of a whole data set.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - imageSize: The side they are brought to, in pixels.
  ///   - batchSize: Images at a time.
  /// - Returns: `[dataset.count, featureCount]`, in the data set's order.
  /// - Throws: The first image that cannot be read.
  public func features(
    of dataset: some ImageDataset, imageSize: Int, batchSize: Int = 256
  ) throws(UnreadableImage) -> Tensor {
    let loader = EvaluationLoader(dataset: dataset, imageSize: imageSize, batchSize: batchSize)
    var parts = [Tensor(zeros: [0, featureCount])]
    for index in 0..<loader.batchCount { parts.append(self(try loader.batch(index).images)) }
    return .concatenated(parts)
  }
}
