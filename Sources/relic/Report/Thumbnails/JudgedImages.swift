internal import LinearProbe
internal import RelicNN

/// What a probe takes the images for that it is scored on.
struct JudgedImages {
  let scores: [ProbeScore]
  /// The true label of each image.
  let labels: [Int]
  /// What each is taken for.
  let predictions: [Int]
  /// The probability of that.
  let confidences: [Double]

  /// Fits a logistic regression and applies it, or returns `nil` if there are no labels for one.
  init?(_ images: EncodedImages, source: String, _ console: Console) throws {
    guard let test = images.test, let labels = test.features.labels,
      images.train.features.labels != nil
    else { return nil }
    let folder = try FeatureFolder(
      train: images.train.features, test: test.features, origin: images.origin)
    let (scores, probes) = try ProbeRun(probe: Probe(), isSilent: false, console: console)
      .evaluate(folder, from: source)
    guard let probe = probes.first else { return nil }
    let probabilities = try probe.probabilities(test.features.features)
    self.scores = scores
    self.labels = labels
    predictions = probe.labels(probabilities)
    confidences = (0..<probabilities.rows).map { probabilities.row($0).max() ?? 0 }
  }

  /// Rows that were classified right or wrong, in the order of the data.
  func rows(classifiedRight isRight: Bool) -> [Int] {
    labels.indices.filter { (labels[$0] == predictions[$0]) == isRight }
  }

  /// The rows of the mistakes, those of the highest probability first.
  func surestMistakes(_ count: Int) -> [Int] {
    let order = rows(classifiedRight: false).sorted {
      (confidences[$1], $0) < (confidences[$0], $1)
    }
    return Array(order.prefix(count))
  }
}
