extension LogisticRegression {
  /// The number of folds of the published protocol.
  static let foldCount = 5

  /// Fits five models on four fifths of the samples each and calibrates them on the rest.
  ///
  /// - Parameters:
  ///   - features: The samples.
  ///   - labels: The samples' classes, any integers, each at least five times.
  ///   - includingPlain: Whether a model is fitted to all samples as well, from the same passes.
  ///   - progress: Called after every iteration of each of the fits.
  /// - Returns: The calibrated ensemble, and the plain model if it was asked for.
  /// - Throws: If settings or data do not allow a fit.
  public func fitCalibrated(
    _ features: Features, labels: [Int], includingPlain: Bool = false,
    progress: (Progress) -> Void = { _ in }
  ) throws(FitError) -> (calibrated: CalibratedModel, plain: LogisticModel?) {
    let data = try TrainingData(features, labels: labels)
    try check()
    let folds = try StratifiedFolds(data.targets, classes: data.classes, count: Self.foldCount).rows
    let excluded: [Int?] = Array(folds.indices) + (includingPlain ? [nil] : [])
    let runs = excluded.map { Run(excludedGroup: $0, inverseRegularization: inverseRegularization) }
    let models = fitTogether(
      data, groups: folds, runs: runs, progress: progress)
    let members = zip(models, folds).map { model, rows in
      CalibratedModel.Member(
        model: model,
        sigmoids: model.calibrated(on: data, rows: rows))
    }
    return (CalibratedModel(members: members), includingPlain ? models.last : nil)
  }
}

extension LogisticModel {
  /// Returns the calibration of each logit on samples that the model has not seen.
  fileprivate func calibrated(
    on data: TrainingData, rows: [Int32]
  ) -> [Sigmoid] {
    let logits = panel.logits(data.features, rows: rows)
    return parallelMap(logits.columns) { output in
      // The single logit of two classes is that of the second.
      let code = Int32(logits.columns == 1 ? 1 : output)
      return Sigmoid(
        logits: (0..<logits.rows).map { logits[$0, output] },
        isMember: rows.map { data.targets[Int($0)] == code })
    }
  }
}
