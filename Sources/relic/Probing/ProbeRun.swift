internal import LinearProbe
internal import RelicNN

/// A probe with what its user sees while it is fitted.
struct ProbeRun {
  let probe: Probe
  /// Whether nothing is shown meanwhile.
  let isSilent: Bool
  let console: Console
  /// The ranks that share the fit.
  var ranks: any RankGroup = OneRank()

  /// Fits and scores the probe, showing how far it is.
  ///
  /// - Parameters:
  ///   - folder: The features.
  ///   - source: Where they come from, for an error.
  /// - Returns: What `Probe.evaluate` returns.
  /// - Throws: ``UnfitFeatures`` if settings or features do not allow a fit, `RankError` if another
  ///   rank has failed.
  func evaluate(
    _ folder: FeatureFolder, from source: String
  ) throws -> (scores: [ProbeScore], probes: [FittedProbe]) {
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
    do throws(FitError) {
      result = try probe.evaluate(
        folder, sharedBy: ranks,
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
      if case .otherRank(let other) = error { throw other }
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
