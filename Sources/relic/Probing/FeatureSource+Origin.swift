internal import LinearProbe
internal import RelicNN

extension FeatureDescription {
  /// The run whose encoder made the features, if it is still there.
  var run: RunFolder? {
    let mark = FeatureSource.onlineMark
    let run = RunFolder(
      path: encoder.hasSuffix(mark) ? String(encoder.dropLast(mark.count)) : encoder)
    return run.holdsRun ? run : nil
  }

  /// How image files were decoded.
  var imageDecoding: ImageDecoding { decoding.flatMap(ImageDecoding.init) ?? .full }

  /// The network of that run.
  var network: RunNetwork { encoder.hasSuffix(FeatureSource.onlineMark) ? .online : .target }
}

extension FeatureSource {
  /// The encoder of a run, used as it was for features that are described so.
  init(_ run: RunFolder, as origin: FeatureDescription?) throws {
    let precision = origin?.precision.flatMap(Precision.init) ?? .float32
    if let size = origin?.imageSize, !RunOptions.imageSizes.contains(size) {
      throw UnusableOrigin(run: run.path, imageSize: size)
    }
    try self.init(run, origin?.network ?? .target, in: precision, imageSize: origin?.imageSize)
    if let mean = origin?.pixelMean, let deviation = origin?.pixelDeviation {
      normalization = PixelNormalization(mean: mean, deviation: deviation)
    }
  }
}

/// A description of features that no encoder can have made.
struct UnusableOrigin: Error, CustomStringConvertible {
  let run: String
  let imageSize: Int

  /// What it says, and what to do, in one line.
  var description: String {
    let sizes = RunOptions.imageSizes
    return "the features of \(run) are said to be of images of \(imageSize) pixels, which is not "
      + "from \(sizes.lowerBound) to \(sizes.upperBound); write them again by 'relic extract', and "
      + "fit a probe to them anew"
  }
}
