/// Samples that can be fitted, with their classes counted from 0.
struct TrainingData {
  let features: Features
  /// The labels in use, ascending.
  let classes: [Int]
  /// Each sample's position in `classes`.
  let targets: [Int32]

  init(_ features: Features, labels: [Int]) throws(FitError) {
    guard features.rows > 0 else { throw .noSamples }
    guard features.columns > 0 else { throw .noFeatures }
    guard labels.count == features.rows else {
      throw .countMismatch(samples: features.rows, labels: labels.count)
    }
    let classes = Set(labels).sorted()
    guard classes.count > 1 else { throw .oneClass(label: classes[0]) }
    if let (row, column) = features.firstNonFinite {
      throw .notFinite(samples: "training", row: row, column: column)
    }
    self.features = features
    self.classes = classes
    var codes: [Int: Int32] = [:]
    for (code, label) in classes.enumerated() { codes[label] = Int32(code) }
    targets = labels.map { codes[$0] ?? 0 }
  }
}

extension Features {
  /// The row and column of the first element that is finite in double precision alone.
  var firstBeyondSingle: (row: Int, column: Int)? {
    guard case .double = storage else { return nil }
    let columns = parallelMap(rows) { row in self.row(row).firstIndex { !Float($0).isFinite } }
    guard let row = columns.firstIndex(where: { $0 != nil }), let column = columns[row] else {
      return nil
    }
    return (row, column)
  }

  /// Refuses what was computed from samples whose file was written to meanwhile.
  func checkUnchanged() throws(FitError) {
    if let path = changedFile { throw .changed(path: path) }
  }
}

extension LabeledFeatures {
  /// Returns the labels of samples that are called `samples` in an error.
  func labels(of samples: String) throws(FitError) -> [Int] {
    guard let labels else { throw .noLabels(samples: samples) }
    return labels
  }
}

extension TrainingData {
  /// Takes a labelled split.
  init(_ split: LabeledFeatures) throws(FitError) {
    try self.init(split.features, labels: split.labels(of: "training"))
  }

  private init(features: Features, classes: [Int], targets: [Int32]) {
    self.features = features
    self.classes = classes
    self.targets = targets
  }

  /// Returns the label of the first class that has no sample outside `rows`.
  func firstClass(within rows: [Int32]) -> Int? {
    var left = classes.map { _ in 0 }
    for target in targets { left[Int(target)] += 1 }
    for row in rows { left[Int(targets[Int(row)])] -= 1 }
    return left.firstIndex(of: 0).map { classes[$0] }
  }

  /// Returns the samples that are not in `rows`, ascending, with their labels.
  func without(_ rows: [Int32]) -> (features: Features, labels: [Int]) {
    let excluded = Set(rows)
    let rest = targets.indices.filter { !excluded.contains(Int32($0)) }
    return (features.samples(rest), rest.map { classes[Int(targets[$0])] })
  }

  /// Returns the same samples with their features scaled.
  func with(_ scaled: Features) -> TrainingData {
    TrainingData(features: scaled, classes: classes, targets: targets)
  }
}
