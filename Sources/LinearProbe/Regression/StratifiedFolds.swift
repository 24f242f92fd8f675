/// Parts of a data set that hold the classes in equal proportions, without shuffling.
///
/// Equal to `sklearn.model_selection.StratifiedKFold(count)`: a class of fewer samples than folds is
/// missing from some of them, as long as another has enough.
struct StratifiedFolds {
  /// The samples of each fold, ascending.
  let rows: [[Int32]]

  /// Splits samples of the given classes, counted from 0.
  init(_ targets: [Int32], classes: [Int], count: Int) throws(FitError) {
    var sizes = Array(repeating: 0, count: classes.count)
    for target in targets { sizes[Int(target)] += 1 }
    let largest = sizes.indices.max { sizes[$0] < sizes[$1] } ?? 0
    guard sizes[largest] >= count else {
      throw .tooFewForFolds(label: classes[largest], samples: sizes[largest], folds: count)
    }
    var quotas = Self.quotas(targets, sizes: sizes, count: count)
    var fold = Array(repeating: 0, count: classes.count)
    var rows = Array(repeating: [Int32](), count: count)
    for (row, target) in targets.enumerated() {
      let target = Int(target)
      // The samples of a class fill fold after fold, in the order of the data.
      while quotas[fold[target]][target] == 0 { fold[target] += 1 }
      quotas[fold[target]][target] -= 1
      rows[fold[target]].append(Int32(row))
    }
    self.rows = rows
  }

  /// How many samples of each class each fold takes: every `count`-th of all samples sorted by
  /// class, the classes in the order in which they first appear.
  private static func quotas(_ targets: [Int32], sizes: [Int], count: Int) -> [[Int]] {
    var order: [Int] = []
    var isKnown = Array(repeating: false, count: sizes.count)
    for target in targets where !isKnown[Int(target)] {
      isKnown[Int(target)] = true
      order.append(Int(target))
    }
    var quotas = Array(repeating: Array(repeating: 0, count: sizes.count), count: count)
    var position = 0
    for target in order {
      for _ in 0..<sizes[target] {
        quotas[position % count][target] += 1
        position += 1
      }
    }
    return quotas
  }
}
