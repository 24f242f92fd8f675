internal import Foundation

/// A fitted logistic regression.
public struct LogisticModel: Equatable, Sendable {
  /// How the fit went.
  public struct Report: Codable, Equatable, Sendable {
    /// How it ended.
    public let status: FitStatus
    /// Iterations used.
    public let iterations: Int
    /// The objective at the end, scaled as the convention says.
    public let objective: Double
    /// The largest magnitude in the gradient at the end.
    public let gradientMaximum: Double

    private enum CodingKeys: String, CodingKey {
      case status
      case iterations
      case objective
      case gradientMaximum = "gradient_max"
    }
  }

  /// The labels, ascending; logits and probabilities stand in this order.
  public let classes: [Int]
  /// W, `[classes, features]`; a single row, that of the second class, for two classes.
  public let weights: Matrix
  /// b, one per row of `weights`.
  public let intercepts: [Double]
  /// How the fit went.
  public let report: Report

  /// Returns `x Wᵀ + b`, `[samples, classes]`, or `[samples, 1]` for two classes.
  public func logits(_ features: Features) -> Matrix {
    panel.logits(features, rows: Array(0..<Int32(features.rows)))
  }

  /// Returns the probability of each class, `[samples, classes]`.
  public func probabilities(_ features: Features) -> Matrix {
    Self.probabilities(logits: logits(features))
  }

  /// Returns the most probable label of each sample, the first of equals.
  public func predict(_ features: Features) -> [Int] {
    let logits = logits(features)
    if logits.columns == 1 { return logits.elements.map { classes[$0 > 0 ? 1 : 0] } }
    return logits.firstMaxima().map { classes[$0] }
  }

  /// Returns the softmax of each row or, of a single column, the probabilities of both classes.
  static func probabilities(logits: Matrix) -> Matrix {
    if logits.columns == 1 {
      let elements = logits.elements.flatMap { logit in
        let probability = 1 / (1 + exp(-logit))
        return [1 - probability, probability]
      }
      return Matrix(rows: logits.rows, columns: 2, elements: elements)
    }
    var result = logits
    for row in 0..<logits.rows {
      let range = (row * logits.columns)..<((row + 1) * logits.columns)
      let largest = logits.elements[range].max() ?? 0
      var total = 0.0
      for index in range {
        result.elements[index] = exp(result.elements[index] - largest)
        total += result.elements[index]
      }
      for index in range { result.elements[index] /= total }
    }
    return result
  }

  /// Weights, then intercepts.
  var parameters: [Double] { weights.elements + intercepts }

  /// The model as a matrix to multiply samples with.
  var panel: Panel {
    Panel(inputs: weights.columns, models: [parameters[...]])
  }
}

extension LogisticModel {
  /// Takes the model out of a finished minimisation.
  init(classes: [Int], inputs: Int, parameters: [Double], fit: LBFGS) {
    let outputs = classes.count == 2 ? 1 : classes.count
    self.classes = classes
    weights = Matrix(
      rows: outputs, columns: inputs, elements: Array(parameters.prefix(outputs * inputs)))
    intercepts = Array(parameters.suffix(outputs))
    report = Report(
      status: fit.status ?? .iterationLimit, iterations: fit.iterations, objective: fit.value,
      gradientMaximum: fit.gradientMaximum)
  }
}
