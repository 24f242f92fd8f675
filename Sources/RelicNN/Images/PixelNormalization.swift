/// What an encoder's training did to pixels in [0, 1]: `(x - mean) / deviation`, channel by channel.
public struct PixelNormalization: Sendable, Equatable {
  /// Red, green and blue.
  public let mean: [Float]
  /// Red, green and blue, above 0.
  public let deviation: [Float]

  /// The numbers of ImageNet that torchvision's and most other trainings use.
  public static let imagenet = PixelNormalization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// Creates a normalisation of three channels.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      mean.count == 3 && deviation.count == 3, "\(mean.count) means, \(deviation.count) deviations")
    self.mean = mean
    self.deviation = deviation
  }

  /// Returns images `[batch, height, width, 3]` normalised.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    precondition(images.shape.last == 3, "cannot normalise \(images.shape)")
    var result = images
    RowPass(rows: images.count / 3, grain: Tensor.grain).forEachChunk(writing: &result) { _, y in
      for index in y.indices {
        let channel = index % 3
        y[index] = (y[index] - mean[channel]) / deviation[channel]
      }
    }
    return result
  }
}
