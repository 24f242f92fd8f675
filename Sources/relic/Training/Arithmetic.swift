internal import RelicNN

/// What decides the bits of a run beside its options.
struct Arithmetic: Equatable, CustomStringConvertible {
  private static let keys = (products: "products", core: "blas_core")

  /// What products multiply.
  let products: String
  let blasCore: String

  /// That of a run of this configuration on this machine.
  init(_ configuration: PretrainingConfiguration) {
    products = configuration.precision == .bfloat16 ? "bfloat16" : "float32"
    blasCore = BLAS.core
  }

  /// That which a file of a run tells of, `nil` of one that does not.
  init?(notes: [String: String]) {
    guard let products = notes[Self.keys.products], let core = notes[Self.keys.core] else {
      return nil
    }
    (self.products, blasCore) = (products, core)
  }

  /// The notes of a file of a run.
  var notes: [String: String] { [Self.keys.products: products, Self.keys.core: blasCore] }

  /// Such as `products in float32 by BLAS core Haswell`.
  var description: String { "products in \(products) by BLAS core \(blasCore)" }
}
