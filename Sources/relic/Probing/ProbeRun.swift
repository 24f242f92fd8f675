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
    let console = isSilent ? console.quiet : console
    let limit = probe.regression.maxIterations
    var fits = WorkProgress(console, "fit", of: limit, "iterations", isLimit: true)
    var votes = WorkProgress(console, "vote", of: folder.test.features.rows, "samples")
    var iteration = 0
    defer {
      fits.erase()
      votes.erase()
    }
    var result: (scores: [ProbeScore], probes: [FittedProbe])
    do {
      result = try probe.evaluate(
        folder,
        progress: { progress in
          // The fits of a sweep come one after the other.
          if progress.iteration < iteration {
            fits.erase()
            fits = WorkProgress(console, "fit", of: limit, "iterations", isLimit: true)
          }
          iteration = progress.iteration
          fits.show(iteration, "objective \(progress.objective.fixed(6))")
        }, answered: { votes.show($0) })
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
