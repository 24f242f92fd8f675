internal import RelicNN

/// What a run will take, known before it starts.
struct RunForecast {
  let epochs: Int
  let steps: Int
  /// Steps that are taken already, of a run that is resumed.
  let stepsTaken: Int
  /// How many share the steps.
  let ranks: Int
  /// Of each rank.
  let memory: MemoryEstimate
  let disk: DiskEstimate

  init(
    _ configuration: PretrainingConfiguration, of encoder: some EncoderNetwork, stepsPerEpoch: Int,
    stepsTaken: Int = 0, ranks: Int = 1
  ) {
    epochs = configuration.epochs
    steps = stepsPerEpoch * configuration.epochs
    self.stepsTaken = stepsTaken
    self.ranks = ranks
    memory = MemoryEstimate(configuration, of: encoder)
    disk = DiskEstimate(of: memory, steps: steps)
  }

  /// Refuses a run for which the disk has too little room.
  ///
  /// - Parameters:
  ///   - run: Its folder, which need not be there; what it holds of the run counts.
  ///   - begun: Whether it has begun, so that its folder stays.
  ///   - free: The bytes that are free there, `nil` if that is not known.
  /// - Throws: What the run needs, if that is more.
  func checkDisk(of run: RunFolder, begun: Bool, free: Int?) throws(FileError) {
    let needed = disk.total - run.size
    guard let free, needed > free else { return }
    throw .cannotWrite(
      path: run.path,
      reason: "the run needs \(needed.byteSize) of the disk, and \(free.byteSize) are free; make "
        + "room, or "
        + (begun ? "move the run elsewhere" : "name a folder elsewhere by --save-model-dir"))
  }
}

extension RunForecast: CustomStringConvertible {
  /// Steps, memory and disk in one line.
  var description: String {
    epochs.counted("epoch") + ", " + steps.counted("step")
      + (stepsTaken > 0 ? ", \(stepsTaken) of them taken" : "")
      + "; memory of at least \(memory.total.byteSize)"
      + (ranks > 1 ? " for each rank" : "") + ", disk of \(disk.total.byteSize)"
  }
}

/// Tells once how long a run will take, from its first steps.
struct DurationForecast {
  private let steps: Int
  private var start: (step: Int, time: ContinuousClock.Instant)?
  private var isTold = false

  /// The seconds that are measured, and those that are worth a line.
  private static let (measured, worthTelling) = (5.0, 60.0)

  /// What the steps leave out.
  private let remark: String

  /// Prepares for a run of so many steps, those taken before included, with evaluations or without.
  init(ofSteps steps: Int, evaluates: Bool = false) {
    self.steps = steps
    remark = evaluates ? ", and evaluations come on top" : ""
  }

  /// Returns the line after a step, once, if there is enough to tell it by.
  mutating func line(after step: Int, at time: ContinuousClock.Instant = .now) -> String? {
    // The first step takes memory and makes threads.
    guard let start else {
      start = (step, time)
      return nil
    }
    let seconds = (time - start.time) / .seconds(1)
    guard !isTold, step > start.step, seconds >= Self.measured else { return nil }
    isTold = true
    let left = seconds / Double(step - start.step) * Double(steps - step)
    guard left >= Self.worthTelling else { return nil }
    return "by its first steps, the run ends in \(left.duration)\(remark)"
  }
}
