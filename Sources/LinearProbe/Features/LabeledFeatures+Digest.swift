/// What tells the samples of one split from others without reading all of them.
extension LabeledFeatures {
  /// How many samples and features there are, and of what numbers.
  package var size: String {
    let numbers =
      switch features.storage {
      case .single: "float32"
      case .double: "float64"
      }
    return "\(features.rows) x \(features.columns) of \(numbers)"
  }

  /// The digest of all labels, nil if there are none.
  package var labelDigest: String? {
    labels.map { labels in
      var digest = MD5()
      for label in labels { digest.update(Int64(label).littleEndianBytes) }
      return digest.hexadecimal()
    }
  }

  /// The digest of some samples, evenly spaced, which features of another encoder would change.
  package var sampleDigest: String {
    var digest = MD5()
    let count = min(features.rows, 64)
    for index in 0..<count {
      for value in features.row(index * features.rows / count) {
        digest.update(value.bitPattern.littleEndianBytes)
      }
    }
    return digest.hexadecimal()
  }
}
