/// An encoder and its projection head; the online network is one, the target network another.
public struct RelicNetwork<Backbone: EncoderNetwork>: Module {
  /// What backward reads.
  public struct Cache: Sendable {
    let encoder: Backbone.Cache
    let head: ProjectionHead.Cache
  }

  /// The part that is kept after pretraining.
  public private(set) var encoder: Backbone
  private(set) var head: ProjectionHead

  /// Joins an encoder and a head that takes its features.
  public init(encoder: Backbone, head: ProjectionHead) {
    self.encoder = encoder
    self.head = head
  }

  /// Returns projections `[…, outputs]` of inference for images `[…, height, width, 3]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { head(encoder(images)) }

  /// Returns projections `[views, n, outputs]` of training for images
  /// `[views, n, height, width, 3]`, and moves the running statistics; no `backward` follows.
  public mutating func forwardOnly(_ images: Tensor) -> Tensor {
    head.forwardOnly(encoder.forwardOnly(images))
  }

  /// Returns projections `[views, n, outputs]` of training for images
  /// `[views, n, height, width, 3]`, and what `backward` will need.
  public mutating func forward(_ images: Tensor) -> (y: Tensor, cache: Cache) {
    let (features, encoded) = encoder.forward(images)
    let (projections, projected) = head.forward(features)
    return (projections, Cache(encoder: encoded, head: projected))
  }

  /// Adds to the parameters' gradients for `dy` of shape `[views, n, outputs]`.
  public mutating func backward(_ dy: consuming Tensor, _ cache: consuming Cache) {
    let (encoded, projected) = Self.parts(of: cache)
    let dFeatures = head.backward(dy, projected)
    head.beginGradientSums()
    encoder.backward(dFeatures, consume encoded)
  }

  /// Takes a cache apart, so that the encoder's part has one owner, who frees it layer by layer.
  private static func parts(of cache: consuming Cache) -> (Backbone.Cache, ProjectionHead.Cache) {
    (cache.encoder, cache.head)
  }

  /// Says which training pass comes next.
  mutating func prepare(for pass: TrainingPass) { encoder.prepare(for: pass) }

  /// Moves every parameter and running statistic towards its counterpart in `online`.
  ///
  /// `value = value + (1 - decay) · (online - value)`, Grill et al. 2020, section 3.1; the
  /// reference averages the buffers with the parameters.
  public mutating func move(towards online: borrowing RelicNetwork, decay: Double) {
    var next = online.parameters.makeIterator()
    visitParameters("") { name, parameter in
      guard let source = next.next(), source.name == name else {
        preconditionFailure("'\(name)' has no counterpart in the online network")
      }
      parameter.value.move(towards: source.parameter.value, rate: Float(1 - decay))
    }
  }

  /// Visits the encoder as `0` and the head as `1`, the reference's names.
  public mutating func visitParameters(
    _ path: String, _ body: (_ name: String, inout Parameter) throws -> Void
  ) rethrows {
    try encoder.visitParameters(joined(path, "0"), body)
    try head.visitParameters(joined(path, "1"), body)
  }
}
