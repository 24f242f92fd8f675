internal import Foundation

/// Returns the mean of -log(p) of the true classes' probabilities.
///
/// Equal to `sklearn.metrics.log_loss`: probabilities are kept 2.2e-16 away from 0 and 1. A label
/// that is not among `classes`, the columns' labels, has the probability 0.
public func logLoss(_ probabilities: Matrix, classes: [Int], labels: [Int]) -> Double {
  precondition(
    probabilities.rows == labels.count, "\(probabilities.rows) rows, \(labels.count) labels")
  var columns: [Int: Int] = [:]
  for (column, label) in classes.enumerated() { columns[label] = column }
  return logLoss(
    ofLikelihoods: labels.enumerated().map { row, label in
      columns[label].map { probabilities[row, $0] } ?? 0
    })
}

/// Returns the mean of -log(p) of probabilities, kept 2.2e-16 away from 0 and 1.
func logLoss(ofLikelihoods likelihoods: [Double]) -> Double {
  var total = 0.0
  for probability in likelihoods { total -= log(min(max(probability, .ulpOfOne), 1 - .ulpOfOne)) }
  return likelihoods.isEmpty ? 0 : total / Double(likelihoods.count)
}
