/// What is done to features before a model sees them.
public enum FeatureScaling: String, Codable, CaseIterable, Sendable {
  /// Nothing.
  case none
  /// Each feature is shifted and scaled to mean 0 and variance 1 over the training samples.
  case standard
  /// Each sample is scaled to length 1.
  case unit
}

/// A scaling with what it has learned from the training samples.
///
/// Equal to `sklearn.preprocessing.StandardScaler` and `Normalizer`.
struct FittedScaling: Equatable, Sendable {
  let kind: FeatureScaling
  /// Each feature's mean, for the standard scaling.
  let means: [Double]
  /// Each feature's standard deviation, 1 for a constant feature, for the standard scaling.
  let deviations: [Double]

  init(kind: FeatureScaling, means: [Double], deviations: [Double]) {
    self.kind = kind
    self.means = means
    self.deviations = deviations
  }

  /// Learns a scaling from training samples.
  init(_ kind: FeatureScaling, from features: Features) {
    guard kind == .standard, features.rows > 0 else {
      self.init(kind: kind, means: [], deviations: [])
      return
    }
    let count = Double(features.rows)
    var means = Array(repeating: 0.0, count: features.columns)
    for row in 0..<features.rows { add(1 / count, features.row(row), to: &means) }
    var variances = Array(repeating: 0.0, count: features.columns)
    for row in 0..<features.rows {
      for (column, value) in features.row(row).enumerated() {
        let deviation = value - means[column]
        variances[column] += deviation * deviation / count
      }
    }
    var deviations: [Double] = []
    for (column, variance) in variances.enumerated() {
      if variance.isNormal {
        deviations.append(Self.deviation(mean: means[column], variance: variance, count) ?? 1)
      } else {
        let values = (0..<features.rows).lazy.map { features[$0, column] }
        let moments = Self.moments(ofExtreme: values)
        means[column] = moments.mean
        deviations.append(moments.deviation)
      }
    }
    self.init(kind: kind, means: means, deviations: deviations)
  }

  /// Returns mean and standard deviation of numbers whose squares overflow or vanish.
  private static func moments(
    ofExtreme values: some Collection<Double>
  ) -> (mean: Double, deviation: Double) {
    let largest = values.reduce(0) { max($0, abs($1)) }
    if largest == 0 { return (0, 1) }
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + $1 / largest / count }
    let variance = values.reduce(0) { $0 + ($1 / largest - mean) * ($1 / largest - mean) / count }
    let deviation = deviation(mean: mean, variance: variance, count)
    return (mean * largest, deviation.map { $0 * largest } ?? 1)
  }

  /// Returns the standard deviation, nil for a constant.
  private static func deviation(mean: Double, variance: Double, _ count: Double) -> Double? {
    // A variance no larger than rounding errors of a constant counts as 0.
    let rounding = count * Double.ulpOfOne
    let isConstant = variance <= rounding * variance + (rounding * mean) * (rounding * mean)
    return isConstant ? nil : variance.squareRoot()
  }

  /// Returns the samples scaled.
  ///
  /// - Throws: ``FitError/scalingOverflows(samples:row:column:)`` if a result is beyond all numbers;
  ///   the error calls the samples `name`.
  func callAsFunction(_ features: Features, called name: String) throws(FitError) -> Features {
    if kind == .none { return features }
    let scaled = scaled(features)
    if let (row, column) = scaled.firstNonFinite {
      throw .scalingOverflows(samples: name, row: row, column: column)
    }
    return scaled
  }

  /// Returns some samples scaled, and where among what is returned they are; nil if a result is
  /// beyond all numbers.
  func scaled(_ features: Features, _ rows: Range<Int>) -> (samples: Features, rows: [Int32])? {
    if kind == .none { return (features, rows.map(Int32.init)) }
    let part = scaled(features.samples(Array(rows)))
    return part.firstNonFinite == nil ? (part, (0..<rows.count).map(Int32.init)) : nil
  }

  private func scaled(_ features: Features) -> Features {
    var elements: [Double] = []
    elements.reserveCapacity(features.rows * features.columns)
    for index in 0..<features.rows {
      let row = features.row(index)
      switch kind {
      case .none: break
      case .standard:
        for column in row.indices {
          elements.append((row[column] - means[column]) / deviations[column])
        }
      case .unit:
        let length = length(of: row)
        for value in row { elements.append(length > 0 ? value / length : value) }
      }
    }
    return Features(rows: features.rows, columns: features.columns, elements: elements)
  }
}
