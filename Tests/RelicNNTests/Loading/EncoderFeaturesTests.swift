import Testing

@testable import RelicNN

/// The features of a whole data set.
@Suite struct EncoderFeaturesTests {
  private static let encoder = ResNet(.eighteen, stem: .small, seed: 1)

  @Test func `features are those of each image, in the data set's order and to the last one`()
    throws
  {
    let set = try Shapes(split: .test, count: 10)
    let features = try Self.encoder.features(of: set, imageSize: 24, batchSize: 4)
    #expect(features.shape == [10, 512])
    let transform = EvaluationTransform(size: 24)
    for index in 0..<10 {
      let expected = Self.encoder(transform(set.image(at: index)).reshaped([1, 24, 24, 3]))
      // A batch's sums are cut otherwise than those of one image.
      expectClose(
        features.rows(index..<(index + 1)), expected, "image \(index)",
        within: Tolerance(relative: 1e-5, absolute: 1e-6, floor: expected.rootMeanSquare))
    }
  }

  @Test func `a data set without images has no features`() throws {
    let none = try Shapes(split: .test, count: 0)
    #expect(try Self.encoder.features(of: none, imageSize: 24).shape == [0, 512])
  }

  @Test func `an image that cannot be read is told of by its index`() throws {
    let error = #expect(throws: UnreadableImage.self) {
      try Self.encoder.features(
        of: BatchLoaderTests.Scans(lost: [5, 6]), imageSize: 8, batchSize: 4)
    }
    #expect(error?.index == 5)
  }
}
