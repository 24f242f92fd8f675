internal import LinearProbe
internal import RelicNN

/// Scores of the target encoder while it is pretrained, in evaluation mode.
struct OnlineEvaluation {
  /// One line of `metrics.jsonl`.
  struct Scores: Encodable {
    let step: Int
    /// Of a logistic regression, on the test split.
    let evalTop1: Double
    /// Of the 20 nearest training samples' votes, on the test split.
    let evalKnnTop1: Double
    let evalSeconds: Double
    /// What the run has taken, this evaluation included.
    var seconds = 0.0
    var processorSeconds = 0.0
  }

  /// Steps between two evaluations.
  let interval: Int
  private let configuration: PretrainingConfiguration
  private let splits: DatasetSplits
  private let skipped: SkippedImages
  private let console: Console

  /// Prepares evaluations, or none if the data set has no labelled train and test splits of at
  /// least two classes.
  ///
  /// - Parameters:
  ///   - interval: Steps between two; 0 for none.
  ///   - configuration: The run's.
  ///   - splits: The run's data.
  ///   - skipped: Told of those passed over.
  ///   - console: Where progress is shown.
  init?(
    every interval: Int, of configuration: PretrainingConfiguration, by splits: DatasetSplits,
    skipped: SkippedImages, console: Console
  ) {
    guard interval > 0, ScoringAdvice(splits) == .testSplit else { return nil }
    self.interval = interval
    self.configuration = configuration
    self.splits = splits
    self.skipped = skipped
    self.console = console
  }

  /// Returns the scores of the features of both splits after step `step`.
  func scores(of encoder: any EncoderNetwork, step: Int) throws -> Scores {
    let start = ContinuousClock.now
    let extraction = FeatureExtraction(
      source: FeatureSource(encoder, of: configuration, called: "target"),
      splits: splits, batchSize: configuration.batchSize,
      skipped: skipped, console: console)
    let features = try extraction.features()
    var probe = Probe()
    let linear = try top1(probe, features)
    probe.method = .knn
    probe.neighbors = Array(NearestNeighbors.standard.prefix(1))
    return Scores(
      step: step, evalTop1: linear, evalKnnTop1: try top1(probe, features),
      evalSeconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func top1(_ probe: Probe, _ features: FeatureFolder) throws -> Double {
    let run = ProbeRun(probe: probe, isSilent: false, console: console)
    return try run.evaluate(features, from: configuration.dataset).scores.first?.top1 ?? 0
  }
}

extension OnlineEvaluation.Scores: CustomStringConvertible {
  /// The scores in one line, fit for a terminal.
  var description: String {
    "evaluation after step \(step): top-1 \((100 * evalTop1).fixed(2)) % by logistic regression, "
      + "\((100 * evalKnnTop1).fixed(2)) % by 20 neighbours (\(evalSeconds.duration))"
  }
}
