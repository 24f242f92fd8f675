/// The factor of the loss under mixed precision, as `torch.amp.GradScaler` moves it.
///
/// Micikevicius et al. 2018, section 3.2. A step whose gradient is not finite is skipped and halves
/// the factor; 2,000 good steps in a row double it, unless it would become infinite.
public struct LossScale: Sendable, Equatable {
  /// Good steps in a row after which the factor doubles.
  static let patience = 2_000

  /// The factor; a power of two, so that scaling rounds nothing.
  public private(set) var value: Float = 65536
  private(set) var goodSteps = 0

  /// Creates the scale of a first step.
  public init() {}

  init(value: Float, goodSteps: Int) {
    self.value = value
    self.goodSteps = goodSteps
  }

  /// Moves the factor after a step whose gradient was finite or not.
  mutating func update(isFinite: Bool) {
    guard isFinite else {
      value *= 0.5
      goodSteps = 0
      return
    }
    goodSteps += 1
    if goodSteps == Self.patience {
      if (value * 2).isFinite { value *= 2 }
      goodSteps = 0
    }
  }
}

extension Module {
  /// Whether every element of every gradient is finite.
  var hasFiniteGradients: Bool {
    parameters.allSatisfy { $0.parameter.gradient?.isFinite ?? true }
  }
}
