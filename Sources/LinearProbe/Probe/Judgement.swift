/// What a classifier says of labelled samples, as far as scores need it: the probabilities of all
/// classes would take more memory than the samples where the classes are many.
struct Judgement {
  /// The most probable label of each sample.
  private(set) var predictions: [Int] = []
  /// The probability of each sample's own label, 0 where the classifier does not know it.
  private(set) var likelihoods: [Double] = []

  /// Takes a label and a likelihood for each sample.
  init(predictions: [Int], likelihoods: [Double]) {
    (self.predictions, self.likelihoods) = (predictions, likelihoods)
  }

  /// Joins what is said of samples that follow each other.
  init(_ parts: [Judgement]) {
    predictions = parts.flatMap(\.predictions)
    likelihoods = parts.flatMap(\.likelihoods)
  }

  /// Takes the probabilities of `classes`, `[samples, classes]`, and the samples' own labels.
  init(_ probabilities: Matrix, classes: [Int], labels: ArraySlice<Int>) {
    predictions = probabilities.firstMaxima().map { classes[$0] }
    // Labels ascend.
    likelihoods = labels.enumerated().map { row, label in
      let column = classes.partitioningIndex { $0 >= label }
      return column < classes.count && classes[column] == label ? probabilities[row, column] : 0
    }
  }
}

extension FittedProbe {
  /// Judges labelled samples, which an error calls `name`.
  func judge(_ samples: LabeledFeatures, called name: String) throws(FitError) -> Judgement {
    let labels = try samples.labels(of: name)
    return Judgement(
      try mapBlocks(samples.features, called: name) { rows, probabilities in
        Judgement(probabilities, classes: classes, labels: labels[rows])
      })
  }
}

extension NearestNeighbors {
  /// Judges queries whose own labels are `truth`.
  func judge(_ neighborhoods: Neighborhoods, of data: TrainingData, truth: [Int]) -> Judgement {
    let size = max(1, min(1024, (1 << 20) / data.classes.count))
    return Judgement(
      parallelMap((truth.count + size - 1) / size) { block in
        let rows = (block * size)..<min(truth.count, (block + 1) * size)
        return Judgement(
          shares(neighborhoods, of: data, queries: rows), classes: data.classes,
          labels: truth[rows])
      })
  }
}

extension [Int] {
  /// Returns the first index whose element, and all after it, fulfil `isBehind`.
  fileprivate func partitioningIndex(where isBehind: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
