internal import RelicNN

extension PretrainingConfiguration {
  /// The sides of a run's images in words.
  var imageSizeText: String {
    "views of \(imageSize) pixels"
      + (featureImageSize == imageSize ? "" : " and features at \(featureImageSize)")
  }
}
