/// Options of what reads an encoder, or all weights, below a prefix of a file's names.
protocol PrefixSettings {
  var prefix: String? { get set }
}

extension PrefixSettings {
  /// What stands before the names that are wanted.
  static var prefixOption: Option<Self> {
    .value(
      "--prefix", sets: \.prefix, as: "NAME",
      "what stands before the names that are wanted, where a file holds several encoders: teacher, "
        + "module.encoder_q")
  }
}
