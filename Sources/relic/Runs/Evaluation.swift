internal import LinearProbe
internal import RelicNN

/// The score of a linear probe on features, with all that the table says about it.
struct Evaluation: Codable, Equatable {
  let evaluationModel: String
  let origin: FeatureDescription
  let top1: Double
  let trainTop1: Double
  let iterations: Int
  let status: String

  /// Fits the published protocol's plain logistic regression and scores it.
  init(of folder: FeatureFolder) throws {
    let model = try LogisticRegression().fit(
      folder.train.features, labels: folder.train.labels, workers: Workers.count)
    evaluationModel = "LogisticRegression"
    origin = folder.origin ?? FeatureDescription(encoder: "-", dataset: "-")
    top1 = Self.accuracy(model, folder.test)
    trainTop1 = Self.accuracy(model, folder.train)
    iterations = model.report.iterations
    status = "\(model.report.status)"
  }

  private static func accuracy(_ model: LogisticModel, _ samples: LabeledFeatures) -> Double {
    let predicted = model.predict(samples.features, workers: Workers.count)
    let right = zip(predicted, samples.labels).count { $0 == $1 }
    return 100 * Double(right) / Double(max(samples.labels.count, 1))
  }

  /// The table of the reference, one row for each evaluation.
  static func table(_ evaluations: [Evaluation]) -> TextTable {
    var table = TextTable([
      "Evaluation model", "Dataset", "Feature extractor", "Encoder", "Feature dim",
      "Projection head dim", "Epochs", "Top-1 %",
    ])
    for evaluation in evaluations { table.rows.append(evaluation.cells) }
    return table
  }

  private var cells: [String] {
    let method =
      switch (origin.epochs, origin.encoder) {
      case (_?, _): "ReLIC"
      case (nil, "raw pixels"): "raw pixels"
      case (nil, "random"): "untrained"
      default: "weights from file"
      }
    return [
      evaluationModel, origin.dataset, method, origin.model ?? "-",
      Self.text(origin.featureDimension),
      Self.text(origin.projectionDimension), Self.text(origin.epochs), top1.fixed(2),
    ]
  }

  private static func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "-" }
}
