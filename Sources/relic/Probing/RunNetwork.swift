/// One of the two networks of a run.
enum RunNetwork: String, CaseIterable, Sendable {
  /// The one whose weights trail behind: what `encoder.safetensors` holds.
  case target
  /// The one that gradients train, in the checkpoint.
  case online
}

/// A command that scores runs by either network.
protocol NetworkCommand: Command {
  var network: RunNetwork { get set }
}

extension NetworkCommand {
  /// Which network gives the features.
  static var networkOption: Option<Self> {
    .choice(
      "--network", sets: \.network, as: "NAME", "which of a run's two networks gives the features")
  }
}
