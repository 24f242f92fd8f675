extension EncoderNetwork {
  /// Returns features of inference of a whole data set.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - imageSize: The side they are brought to, in pixels.
  ///   - batchSize: Images at a time.
  ///   - precision: What its products multiply; float32 where bfloat16 is not to be had.
  /// - Returns: `[dataset.count, featureCount]`, in the data set's order.
  /// - Throws: The first image that cannot be read.
  public func features(
    of dataset: some ImageDataset, imageSize: Int, batchSize: Int = 256,
    precision: Precision = .float32
  ) throws(UnreadableImage) -> Tensor {
    let loader = EvaluationLoader(dataset: dataset, imageSize: imageSize, batchSize: batchSize)
    let encoder = FrozenEncoder(self, precision: precision)
    var parts = [Tensor(zeros: [0, featureCount])]
    for index in 0..<loader.batchCount { parts.append(encoder(try loader.batch(index).images)) }
    return .concatenated(parts)
  }
}
