internal import Foundation

/// Everything the optimiser moves: the online network, and the scale and bias of the logits.
struct TrainedParameters<Backbone: EncoderNetwork>: Module {
  var network: RelicNetwork<Backbone>
  private var logScaleParameter: Parameter
  private var biasParameter: Parameter

  /// The logarithm of the scale of the logits, the reference's `tau`.
  var logScale: Float { logScaleParameter.value.scalars[0] }
  /// The reference's `b`.
  var bias: Float { biasParameter.value.scalars[0] }

  init(network: RelicNetwork<Backbone>, logScale: Float, bias: Float) {
    self.network = network
    logScaleParameter = Parameter(Tensor([logScale], shape: []), role: .scale)
    biasParameter = Parameter(Tensor([bias], shape: []), role: .bias)
  }

  mutating func accumulate(dLogScale: Float, dBias: Float) {
    logScaleParameter.accumulate(Tensor([dLogScale], shape: []))
    biasParameter.accumulate(Tensor([dBias], shape: []))
  }

  /// Visits the network as `online_encoder`, then `tau` and `b`, the reference's names.
  mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try network.visitParameters(joined(path, "online_encoder"), body)
    try body(joined(path, "tau"), &logScaleParameter)
    try body(joined(path, "b"), &biasParameter)
  }
}
