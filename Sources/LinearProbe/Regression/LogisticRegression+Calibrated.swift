extension LogisticRegression {
  /// The number of folds of the published protocol.
  static let foldCount = 5

  /// Fits five models on four fifths of the samples each and calibrates them on the rest.
  ///
  /// - Parameters:
  ///   - features: The samples.
  ///   - labels: The samples' classes, any integers, one of them at least five times.
  ///   - includingPlain: Whether a model is fitted to all samples as well, from the same passes.
  ///   - ranks: Those that share the passes over the samples; every one gives the same samples and
  ///     gets the same models, those of one process to the bit.
  ///   - progress: Called after every iteration of each of the fits.
  /// - Returns: The calibrated ensemble, and the plain model if it was asked for.
  /// - Throws: If settings or data do not allow a fit.
  public func fitCalibrated(
    _ features: Features, labels: [Int], includingPlain: Bool = false,
    sharedBy ranks: any RankGroup = OneRank(), progress: (Progress) -> Void = { _ in }
  ) throws(FitError) -> (calibrated: CalibratedModel, plain: LogisticModel?) {
    let data = try ranks.agreed { () throws(FitError) in
      let data = try TrainingData(features, labels: labels)
      try check()
      try checkRange(of: features)
      return data
    }
    let folds = try StratifiedFolds(data.targets, classes: data.classes, count: Self.foldCount).rows
    // A model that sees no sample of some class has fewer logits and is fitted by itself.
    var models: [Int: LogisticModel] = [:]
    for (fold, rows) in folds.enumerated() {
      guard let lost = data.firstClass(within: rows) else { continue }
      let rest = data.without(rows)
      if Set(rest.labels).count < 2 {
        throw .tooFewForFolds(label: lost, samples: 1, folds: Self.foldCount)
      }
      models[fold] = try fit(rest.features, labels: rest.labels, sharedBy: ranks) {
        progress(Progress(fit: fold, iteration: $0.iteration, objective: $0.objective))
      }
    }
    // The plain model comes last.
    let together =
      folds.indices.filter { models[$0] == nil } + (includingPlain ? [folds.count] : [])
    let runs = together.map {
      Run(
        excludedGroup: $0 == folds.count ? nil : $0, inverseRegularization: inverseRegularization)
    }
    let fitted = try fitTogether(data, groups: folds, runs: runs, sharedBy: ranks) {
      progress(
        Progress(fit: together[$0.fit], iteration: $0.iteration, objective: $0.objective))
    }
    for (fold, model) in zip(together, fitted) { models[fold] = model }
    let members = folds.enumerated().compactMap { fold, rows in
      models[fold].map {
        CalibratedModel.Member(model: $0, sigmoids: $0.calibrated(on: data, rows: rows))
      }
    }
    return (CalibratedModel(classes: data.classes, members: members), models[folds.count])
  }
}

extension LogisticModel {
  /// Returns the calibration of each logit on samples that the model has not seen.
  fileprivate func calibrated(on data: TrainingData, rows: [Int32]) -> [Sigmoid] {
    let logits = panel.logits(data.features, rows: rows)
    let codes = calibratedCodes(in: data.classes)
    return parallelMap(logits.columns) { output in
      Sigmoid(
        logits: (0..<logits.rows).map { logits[$0, output] },
        isMember: rows.map { Int(data.targets[Int($0)]) == codes[output] })
    }
  }
}
