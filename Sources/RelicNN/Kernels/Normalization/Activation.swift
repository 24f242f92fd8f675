internal import CKernels

/// What follows a normalisation in the same pass.
public enum Activation: Sendable {
  /// Nothing.
  case identity
  /// `max(u, 0)`.
  case relu
  /// `u · sigmoid(u)`, without a residual.
  case silu

  var kernel: relic_activation {
    switch self {
    case .identity: relic_identity
    case .relu: relic_relu
    case .silu: relic_silu_activation
    }
  }
}
