internal import Foundation

/// Which values of C are tried on a held-out tenth of the training samples.
public enum RegularizationSweep: Equatable, Sendable {
  /// The 45 values 10^linspace(-6, 5) of DINOv2's evaluation.
  case dinov2
  /// The search of CLIP's evaluation: seven values from 1e-6 to 1e6, then ever closer around the
  /// best, down to an eighth of a decade. Radford et al. 2021, A.3.
  case clip
  /// Given values, ascending.
  case values([Double])

  /// A value of C and the accuracy it gave on the held-out samples.
  public struct Trial: Codable, Equatable, Sendable {
    /// C.
    public let inverseRegularization: Double
    /// The share of held-out samples whose class was predicted.
    public let accuracy: Double

    private enum CodingKeys: String, CodingKey {
      case inverseRegularization = "C"
      case accuracy = "held_out_top1"
    }
  }

  /// Returns all values tried, ascending, with their accuracies.
  ///
  /// Fits with different values share each pass over the samples.
  func trials(
    _ settings: LogisticRegression, _ data: TrainingData, sharedBy ranks: any RankGroup,
    progress: (LogisticRegression.Progress) -> Void
  ) throws(FitError) -> [Trial] {
    let heldOut = try StratifiedFolds(data.targets, classes: data.classes, count: 10).rows[0]
    // Every C is judged on models of all classes.
    if let lost = data.firstClass(within: heldOut) {
      throw .tooFewForFolds(label: lost, samples: 1, folds: 10)
    }
    let isHeldOut = Set(heldOut)
    let rest = (0..<Int32(data.targets.count)).filter { !isHeldOut.contains($0) }
    func trials(_ values: [Double]) throws(FitError) -> [Trial] {
      let runs = values.map {
        LogisticRegression.Run(excludedGroup: 0, inverseRegularization: $0)
      }
      let models = try settings.fitTogether(
        data, groups: [heldOut, rest], runs: runs, sharedBy: ranks, progress: progress)
      return zip(values, models).map { value, model in
        Trial(
          inverseRegularization: value,
          accuracy: model.accuracy(on: data, rows: heldOut))
      }
    }
    switch self {
    case .values(let values): return try trials(values.sorted())
    case .dinov2: return try trials((0..<45).map { Self.power(-6 + Double($0) / 4) })
    case .clip:
      var exponents = stride(from: -6.0, through: 6, by: 2).map { $0 }
      var tried = try trials(exponents.map(Self.power))
      for step in [1, 0.5, 0.25, 0.125] {
        let best = Self.best(tried)
        let center = exponents[tried.firstIndex(of: best) ?? 0]
        let fresh = [center - step, center + step].filter { abs($0) <= 6 }
        exponents += fresh
        tried += try trials(fresh.map(Self.power))
      }
      return tried.sorted { $0.inverseRegularization < $1.inverseRegularization }
    }
  }

  /// Returns the trial of the highest accuracy, of equals that of the smallest C.
  static func best(_ trials: [Trial]) -> Trial {
    precondition(!trials.isEmpty, "a sweep needs at least one value of C")
    let ascending = trials.sorted { $0.inverseRegularization < $1.inverseRegularization }
    return ascending.reduce(ascending[0]) { $1.accuracy > $0.accuracy ? $1 : $0 }
  }

  private static func power(_ exponent: Double) -> Double { pow(10, exponent) }
}

extension LogisticModel {
  /// Returns the share of the given samples whose class is predicted.
  fileprivate func accuracy(on data: TrainingData, rows: [Int32]) -> Double {
    let logits = panel.logits(data.features, rows: rows)
    let predictions =
      logits.columns == 1 ? logits.elements.map { $0 > 0 ? 1 : 0 } : logits.firstMaxima()
    let hits = zip(rows, predictions).count { data.targets[Int($0)] == Int32($1) }
    return Double(hits) / Double(rows.count)
  }
}
