internal import Foundation

extension ProbeScore: Encodable {
  private enum Key: String, CodingKey {
    case method = "protocol"
    case top1
    case trainTop1 = "train_top1"
    case logLoss = "log_loss"
    case objective
    case iterations
    case status
    case labels
    case classNames = "class_names"
    case confusionMatrix = "confusion_matrix"
    case perClassAccuracy = "per_class_accuracy"
    case seconds
    case trainCount = "train_count"
    case testCount = "test_count"
    case featureDimension = "feature_dim"
    case scaling
    case settings
    case neighbors
    case sweep
    case fits
    case features
    case version
    case blasCore = "blas_core"
    case warnings
  }

  /// Encodes the score; a value that its protocol does not have is null.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(method, forKey: .method)
    try object.encode(top1, forKey: .top1)
    try object.encode(trainTop1, forKey: .trainTop1)
    try object.encode(logLoss, forKey: .logLoss)
    try object.encode(objective, forKey: .objective)
    try object.encode(iterations, forKey: .iterations)
    try object.encode(status, forKey: .status)
    try object.encode(confusionMatrix.labels, forKey: .labels)
    try object.encode(report.names, forKey: .classNames)
    try object.encode(confusionMatrix.counts, forKey: .confusionMatrix)
    try object.encode(report.classes.map(\.recall), forKey: .perClassAccuracy)
    try object.encode(seconds, forKey: .seconds)
    try object.encode(trainCount, forKey: .trainCount)
    try object.encode(testCount, forKey: .testCount)
    try object.encode(featureDimension, forKey: .featureDimension)
    try object.encode(scaling, forKey: .scaling)
    try object.encodeIfPresent(settings, forKey: .settings)
    try object.encodeIfPresent(neighbors, forKey: .neighbors)
    if !trials.isEmpty { try object.encode(trials, forKey: .sweep) }
    if !fits.isEmpty { try object.encode(fits, forKey: .fits) }
    try object.encodeIfPresent(origin, forKey: .features)
    try object.encodeIfPresent(version, forKey: .version)
    try object.encode(blasCore, forKey: .blasCore)
    try object.encode(warnings, forKey: .warnings)
  }

  /// Returns scores as JSON text: one object, or the first with the others under `others`.
  package static func json(_ scores: [ProbeScore]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .named
    // Numbers and texts always encode; a failure would show as an empty object.
    let text = (try? encoder.encode(Batch(scores: scores))).map {
      String(decoding: $0, as: UTF8.self)
    }
    return (text ?? "{}") + "\n"
  }

  /// The first score's keys with those of the others beneath.
  private struct Batch: Encodable {
    let scores: [ProbeScore]

    private enum Key: String, CodingKey { case others }

    func encode(to encoder: any Encoder) throws {
      try scores.first?.encode(to: encoder)
      guard scores.count > 1 else { return }
      var object = encoder.container(keyedBy: Key.self)
      try object.encode(Array(scores.dropFirst()), forKey: .others)
    }
  }
}
