/// Why no model could be fitted or applied.
public enum FitError: Error, Equatable, CustomStringConvertible, Sendable {
  /// There is no sample.
  case noSamples
  /// There is no sample to score by.
  case noTestSamples
  /// There is no feature.
  case noFeatures
  /// Samples and labels differ in number.
  case countMismatch(samples: Int, labels: Int)
  /// The named samples have no labels.
  case noLabels(samples: String)
  /// All samples are of one class.
  case oneClass(label: Int)
  /// No sample to score is of a class that the samples of the fit have.
  case noCommonClass
  /// There are more labels than a confusion matrix has room for.
  case tooManyClasses(count: Int, most: Int)
  /// A feature of the named samples is NaN or infinite.
  case notFinite(samples: String, row: Int, column: Int)
  /// A feature of the named samples is beyond all numbers once it is scaled.
  case scalingOverflows(samples: String, row: Int, column: Int)
  /// A feature of the named samples is beyond all numbers in single precision.
  case beyondSingle(samples: String, row: Int, column: Int, value: Double)
  /// Samples to score differ in their number of features from those of the fit.
  case widthMismatch(expected: Int, found: Int)
  /// The folds do not leave enough samples of a class.
  case tooFewForFolds(label: Int, samples: Int, folds: Int)
  /// There are more features than can be decorrelated.
  case tooWideToWhiten(features: Int, most: Int)
  /// The covariances of the features are beyond all numbers, or cannot be factored.
  case cannotDecorrelate
  /// The file that samples lie in was written to while it was read.
  case changed(path: String)
  /// Another of the ranks that share the fit has failed; it knows why.
  case otherRank(RankError)
  /// A setting is out of its range.
  case badSetting(name: String, value: String, range: String)

  /// One line that says what was found and what to do.
  public var description: String {
    switch self {
    case .noSamples: "there are no samples; give at least two of different classes"
    case .noTestSamples: "there are no test samples; give at least one"
    case .noFeatures: "the samples have no features; give at least one column"
    case .countMismatch(let samples, let labels):
      "\(samples) samples but \(labels) labels; give one label per sample"
    case .noLabels(let samples): "the \(samples) samples have no labels; give one label per sample"
    case .oneClass(let label):
      "all samples are of class \(label); give samples of at least two classes"
    case .noCommonClass:
      "no test sample is of a class that training samples have; label both alike"
    case .tooManyClasses(let count, let most):
      "there are \(count) different labels, and at most \(most) can be scored; give the number of a "
        + "class for each sample"
    case .notFinite(let samples, let row, let column):
      "the \(samples) feature in row \(row), column \(column) is NaN or infinite; "
        + "remove or replace it"
    case .scalingOverflows(let samples, let row, let column):
      "the \(samples) feature in row \(row), column \(column) overflows when it is scaled; "
        + "remove it, or use another scaling"
    case .beyondSingle(let samples, let row, let column, let value):
      "the \(samples) feature in row \(row), column \(column) is \(value), too large for float32; "
        + "use the standard scaling, or fit in float64"
    case .widthMismatch(let expected, let found):
      "the samples have \(found) features but the probe was fitted to \(expected); "
        + "use features of the same encoder"
    case .tooFewForFolds(let label, let samples, let folds):
      "class \(label) has \(samples) \(samples == 1 ? "sample" : "samples"), too few for \(folds) folds; "
        + "use more samples, or the plain protocol without a sweep"
    case .tooWideToWhiten(let features, let most):
      "\(features) features are more than the \(most) that the whitened solver takes; "
        + "use the other one"
    case .cannotDecorrelate:
      "the features are too large, or too unlike in size, for the whitened solver; "
        + "use the standard scaling, or the other solver"
    case .changed(let path):
      "\(path) was changed while it was read; run again when nothing writes to it"
    case .otherRank(let error): error.description
    case .badSetting(let name, let value, let range):
      "\(name) is \(value) but must be \(range)"
    }
  }
}

extension RankGroup {
  /// Returns what this rank has come to, if every rank has come to something.
  ///
  /// - Throws: On the first rank that failed its error, on all others ``FitError/otherRank(_:)``.
  func agreed<Value>(_ body: () throws(FitError) -> Value) throws(FitError) -> Value {
    let result = Result { () throws(FitError) in try body() }
    if let error = errorElsewhere(result) { throw .otherRank(error) }
    return try result.get()
  }
}
