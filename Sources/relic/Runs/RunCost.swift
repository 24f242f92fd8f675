internal import Foundation

/// What a run has taken so far, of all processes that took steps of it.
struct RunCost: Equatable {
  /// Seconds on the clock.
  var seconds = 0.0
  /// Seconds of processors, for the program and for the system on its behalf.
  var processorSeconds = 0.0
}

/// Adds what this process takes to a run's cost.
struct RunClock {
  private let earlier: RunCost
  private let start = ContinuousClock.now
  private let processorStart = RunClock.processorSeconds

  /// Starts the clock of a run that has cost something before.
  init(after earlier: RunCost) { self.earlier = earlier }

  /// The cost up to now.
  var cost: RunCost {
    RunCost(
      seconds: earlier.seconds + (ContinuousClock.now - start) / .seconds(1),
      processorSeconds: earlier.processorSeconds + ownProcessorSeconds)
  }

  /// The processors' seconds of this process up to now.
  var ownProcessorSeconds: Double { Self.processorSeconds - processorStart }

  private static var processorSeconds: Double {
    var usage = rusage()
    guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}
