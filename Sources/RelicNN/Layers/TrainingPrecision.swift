/// What the products of a training step multiply, and how what its backward pass reads is kept.
///
/// Weights, moments, normalisations, sums and the loss are float32 in all cases.
public enum TrainingPrecision: Sendable {
  case float32
  /// Products of float32, but what the backward pass reads is kept in 16 bits.
  case half
  /// The same, and the products of convolutions and linear layers multiply bfloat16.
  case bfloat16

  /// The fastest that keeps 16 bits: bfloat16 where the processor has fast instructions
  /// for it (`Precision.hasFastBFloat16`).
  public static var mixed: TrainingPrecision { BFloat16Product.isFast ? .bfloat16 : .half }

  /// Whether what the backward pass reads is kept in 16 bits.
  var savesHalf: Bool { self != .float32 }
}
