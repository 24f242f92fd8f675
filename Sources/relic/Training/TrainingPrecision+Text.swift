internal import RelicNN

extension TrainingPrecision {
  /// What the first lines of a run add about its arithmetic, nothing for float32.
  var note: String {
    switch self {
    case .float32: ""
    case .half: ", products in float32 (this processor has no fast AVX512_BF16)"
    case .bfloat16: ", products in bfloat16"
    }
  }
}
