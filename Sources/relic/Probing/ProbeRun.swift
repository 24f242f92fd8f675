internal import LinearProbe
internal import RelicNN

/// A probe with what its user sees while it is fitted.
struct ProbeRun {
  let probe: Probe
  /// Whether nothing is shown meanwhile.
  let isSilent: Bool
  let console: Console

  /// Fits and scores the probe, showing how far it is.
  ///
  /// - Parameters:
  ///   - folder: The features.
  ///   - source: Where they come from, for an error.
  /// - Returns: What `Probe.evaluate` returns.
  /// - Throws: If settings or features do not allow a fit.
  func evaluate(
    _ folder: FeatureFolder, from source: String
  ) throws(UnfitFeatures) -> (scores: [ProbeScore], probes: [FittedProbe]) {
    var display = StatusDisplay(console)
    defer { display.erase() }
    var result: (scores: [ProbeScore], probes: [FittedProbe])
    do {
      result = try probe.evaluate(folder) { progress in
        if isSilent { return }
        display.show([
          "fit \(progress.fit + 1)", "iteration \(progress.iteration)",
          "objective \(progress.objective.fixed(6))",
        ])
      }
    } catch {
      throw UnfitFeatures(source: source, cause: error)
    }
    for index in result.scores.indices { result.scores[index].version = Program.version }
    return result
  }
}

/// Features that no probe can be fitted or applied to.
struct UnfitFeatures: Error, Equatable, CustomStringConvertible {
  /// Where they come from.
  let source: String
  let cause: FitError

  /// The source, what was found and what to do, in one line.
  var description: String { "\(source): \(cause)" }
}
