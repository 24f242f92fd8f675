internal import LinearProbe
internal import RelicNN

extension CommandLineText {
  /// The words of the command that scores a run's encoder again: of what was recorded with its scores,
  /// the options that differ from their defaults; none without scores.
  static func evaluation(
    _ scores: [ReportedScore], of options: RunOptions, in folder: String
  ) -> [String] {
    guard let first = scores.first else { return [] }
    let values = (first.features.map { sources(of: $0, options) } ?? []) + settings(of: scores)
    var words = ["relic", "evaluate", folder]
    for (name, value, usual) in values {
      guard let value, value != usual else { continue }
      words += [name, value]
    }
    if first.method == Probe.Method.calibrated.rawValue,
      scores.contains(where: { $0.method == Probe.Method.logistic.rawValue })
    {
      words.append("--plain")
    }
    if first.settings?.fitsIntercept == false { words.append("--fit-intercept=false") }
    return words
  }

  /// An option with the value that was recorded and the one it has otherwise, both as they are typed.
  private typealias OptionWords = (name: String, value: String?, usual: String?)

  /// What the features were made of; the run's images and its way to read them need no options.
  private static func sources(
    of features: FeatureDescription, _ options: RunOptions
  ) -> [OptionWords] {
    let configuration = options.configuration
    let validationCount = features.validationCount ?? 0
    let decoding = features.decoding ?? ImageDecoding.full.rawValue
    return [
      ("--dataset-name", features.dataset, configuration.dataset),
      ("--validation", validationCount.argument, configuration.validationCount.argument),
      ("--network", features.network.rawValue, RunNetwork.target.rawValue),
      ("--mean", features.pixelMean.map { ChannelNumbers.each($0).argument }, nil),
      ("--std", features.pixelDeviation.map { ChannelNumbers.each($0).argument }, nil),
      ("--precision", features.precision, Precision.float32.rawValue),
      (
        ImageSizeLimit.option, features.maxImageMegapixels?.argument,
        options.maxMegapixels?.argument
      ),
      ("--decode", decoding, options.decoding.rawValue),
    ]
  }

  /// What the probe was.
  private static func settings(of scores: [ReportedScore]) -> [OptionWords] {
    let usual = LogisticRegression()
    let settings = scores.first?.settings
    let sweep = scores.first?.trials.flatMap { self.sweep(of: $0) }
    // Several votes are the usual ones, and there is no option for one of these beside others.
    let vote = scores.count == 1 ? scores[0].neighbors : nil
    return [
      ("--protocol", scores.first?.method, Probe.Method.logistic.rawValue),
      (
        "--C", sweep == nil ? settings?.inverseRegularization?.argument : nil,
        usual.inverseRegularization.argument
      ),
      ("--sweep", sweep?.rawValue, nil),
      ("--max-iter", settings?.maxIterations?.argument, usual.maxIterations.argument),
      ("--tol", settings?.tolerance?.argument, usual.tolerance.argument),
      ("--class-weight", settings?.classWeight, usual.classWeight.rawValue),
      ("--convention", settings?.convention, usual.convention.rawValue),
      ("--solver", settings?.solver, usual.solver.rawValue),
      ("--fit-precision", settings?.precision, usual.precision.rawValue),
      ("--neighbors", vote?.neighbors.argument, nil),
      ("--temperature", vote?.temperature.argument, nil),
      ("--scale", scores.first?.scaling, FeatureScaling.none.rawValue),
    ]
  }

  /// Returns the sweep that tries these values.
  private static func sweep(of trials: [RegularizationSweep.Trial]) -> ProbeOptions.Sweep? {
    guard !trials.isEmpty else { return nil }
    // DINOv2's has 45, and CLIP's search at most 15.
    return trials.count > 15 ? .dinov2 : .clip
  }
}
