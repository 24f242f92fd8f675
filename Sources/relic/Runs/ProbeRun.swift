internal import LinearProbe
internal import RelicNN

/// A probe with what its user sees while it is fitted.
struct ProbeRun {
  let probe: Probe
  /// Whether nothing is shown meanwhile.
  let isSilent: Bool
  let console: Console

  /// Fits and scores the probe, showing how far it is.
  func evaluate(
    _ folder: FeatureFolder
  ) throws(FitError) -> (scores: [ProbeScore], probes: [FittedProbe]) {
    var display = StatusDisplay(console)
    var result = try probe.evaluate(folder, workers: Workers.count) { progress in
      if isSilent { return }
      display.show([
        "fit \(progress.fit + 1)", "iteration \(progress.iteration)",
        "objective \(progress.objective.fixed(6))",
      ])
    }
    display.erase()
    for index in result.scores.indices { result.scores[index].version = Relic.version }
    return result
  }
}
