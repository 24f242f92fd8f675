internal import RelicNN

/// What the labels of a data set allow to be scored, and the command that does it.
enum ScoringAdvice: Equatable {
  /// Train and test images have labels.
  case testSplit
  /// Train images alone have; so many of them may be held out.
  case holdingOut(Int)
  /// There is nothing to score by.
  case none

  init(_ splits: DatasetSplits) {
    guard let train = try? splits.train(), train.hasTwoClasses else {
      self = .none
      return
    }
    if let test = try? splits.test() {
      self = test.count > 0 && test.label(at: 0) != nil ? .testSplit : .none
    } else {
      // A fifth; a tenth of a small set scores too coarsely.
      let count = train.count / 5
      self = count > 0 ? .holdingOut(count) : .none
    }
  }

  /// What to do with the encoder of the run at `path`.
  func afterRun(_ path: String) -> String {
    switch self {
    case .testSplit: "score it with 'relic evaluate \(path.shellWord)'"
    case .holdingOut(let count):
      "score it with 'relic evaluate \(path.shellWord) --validation \(count)', by images whose "
        + "labels it has not seen"
    case .none: "write its features with 'relic extract \(path.shellWord)'"
    }
  }

  /// What to do with the features of images that are not cut into train and test images.
  func afterExtraction(to folder: String) -> String {
    switch self {
    case .holdingOut(let count):
      "there is no test split; the same with --validation \(count) holds some out, for 'relic probe "
        + "\(folder.shellWord)' to score by"
    case .testSplit, .none:
      "there is no test split and nothing to score by; 'relic predict PROBE \(folder.shellWord)' sorts "
        + "them into the classes of a probe of the same encoder"
    }
  }
}

extension ImageDataset {
  /// Whether images have labels, and not all the same.
  fileprivate var hasTwoClasses: Bool {
    guard count > 0, let first = label(at: 0) else { return false }
    return (1..<count).contains { label(at: $0) != first }
  }
}

/// A data set by which no encoder can be scored.
struct NothingToScoreBy: Error, Equatable, CustomStringConvertible {
  /// What is missing.
  enum Gap: Equatable {
    case labels
    case testLabels
    /// So many images may be held out in its place.
    case testSplit(Int)
  }

  let images: String
  let run: String
  let gap: Gap

  /// Refuses splits that lack labels, before any feature is computed.
  static func check(_ splits: DatasetSplits, of run: String) throws {
    // What else is wrong has its own line.
    let train = try splits.train()
    guard let gap = try gap(of: splits, train) else { return }
    throw NothingToScoreBy(images: splits.path, run: run, gap: gap)
  }

  private static func gap(of splits: DatasetSplits, _ train: any ImageDataset) throws -> Gap? {
    if train.label(at: 0) == nil { return .labels }
    do {
      return try splits.test().label(at: 0) == nil ? .testLabels : nil
    } catch DatasetError.noTestFolder {
      if case .holdingOut(let count) = ScoringAdvice(splits) { return .testSplit(count) }
      return nil
    }
  }

  /// What is missing, and what can be done, in one line.
  var description: String {
    switch gap {
    case .labels:
      "\(images): has no labels to score by; sort the images into class folders, or write their "
        + "features with 'relic extract \(run.shellWord)'"
    case .testLabels:
      "\(images): its images to test on have no labels; sort them into class folders, or hold out "
        + "some of the others by --validation N"
    case .testSplit(let count):
      "\(images): has no test split to score by; hold out some of its images by --validation "
        + "\(count), or put images to test on in \(images)/test"
    }
  }
}
