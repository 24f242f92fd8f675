internal import CKernels
internal import Foundation

/// Adam with an L2 penalty added to the gradient, as `torch.optim.Adam` (Kingma & Ba 2014).
///
/// `g += λ θ; m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²;`
/// `θ -= η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)`
public struct Adam: Sendable {
  /// η.
  public var learningRate: Float
  /// λ, which torch calls `weight_decay`.
  public var weightDecay: Float
  /// Whether the penalty is for weights alone, not for biases, scales and shifts.
  public var exemptsBiasAndNorm = false
  /// The number of steps taken, t.
  public private(set) var step = 0
  /// m and v of every trained parameter, in the order of the visit.
  private(set) var moments: [(mean: Tensor, square: Tensor)] = []

  private let beta1 = 0.9
  private let beta2 = 0.999
  private let epsilon: Float = 1e-8

  /// Creates an optimiser that has taken no step.
  public init(learningRate: Float, weightDecay: Float) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }

  /// Moves every trained parameter against its gradient, and forgets the gradients.
  ///
  /// A parameter without a gradient stays as it is. The module must visit the same parameters in
  /// the same order at every step.
  ///
  /// - Parameters:
  ///   - module: The parameters and their gradients.
  ///   - lossScale: What the loss, and so every gradient, was multiplied by.
  public mutating func update(_ module: inout some Module, lossScale: Float = 1) {
    step += 1
    let constants = relic_adam_step(
      mean_rate: Float(1 - beta1), beta2: Float(beta2), square_rate: Float(1 - beta2),
      epsilon: epsilon, weight_decay: weightDecay, gradient_scale: 1 / lossScale,
      step_size: Float(Double(learningRate) / (1 - pow(beta1, Double(step)))),
      correction: Float((1 - pow(beta2, Double(step))).squareRoot()))
    var index = 0
    module.visitParameters("") { _, parameter in
      guard parameter.role.isTrained else { return }
      if index == moments.count {
        let zeros = Tensor(zeros: parameter.value.shape)
        moments.append((zeros, zeros))
      }
      if let gradient = parameter.gradient {
        var constants = constants
        if exemptsBiasAndNorm && !parameter.role.isWeight { constants.weight_decay = 0 }
        parameter.value.applyAdam(constants, gradient: gradient, moments: &moments[index])
      }
      parameter.clearGradient()
      index += 1
    }
  }
}

extension Adam {
  /// Takes up where another optimiser stopped.
  mutating func restore(step: Int, moments: [(mean: Tensor, square: Tensor)]) {
    self.step = step
    self.moments = moments
  }
}
