/// The least memory that a run takes, in bytes, by what takes it.
///
/// Counted is what every step holds at once, when the head's gradient is known and the encoder's
/// backward pass begins; what layers use for a moment comes on top.
package struct MemoryEstimate: Equatable, Sendable {
  /// The encoder twice, and Adam's two moments.
  package private(set) var encoder: Int
  /// The same of the projection head, and its gradients.
  package private(set) var head: Int
  /// The encoder's gradient of each shard, which are summed up when all are there.
  package private(set) var gradients: Int
  /// The views of one batch.
  package private(set) var views: Int
  /// What the layers keep for the backward pass, and the logits of a pair of views.
  package private(set) var activations: Int

  /// All of it.
  package var total: Int { encoder + head + gradients + views + activations }

  /// Counts what a run takes.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - network: Its encoder, which is taken through a pass over two small images to see what it
  ///     keeps.
  package init(_ configuration: PretrainingConfiguration, of network: some EncoderNetwork) {
    let float = MemoryLayout<Float>.stride
    let (hidden, outputs) = (configuration.projectionHidden, configuration.projectionOutputs)
    encoder = network.parameters.reduce(0) { sum, entry in
      sum + entry.parameter.value.count * float * (entry.parameter.role.isTrained ? 4 : 2)
    }
    let trained = network.parameters.filter(\.parameter.role.isTrained)
    gradients =
      configuration.shards > 1
      ? configuration.shards * float * trained.reduce(0) { $0 + $1.parameter.value.count } : 0
    head = 5 * float * hidden * (network.featureCount + outputs)
    let batch = configuration.batchSize
    let side = configuration.imageSize
    let localSide =
      configuration.localViews > 0 ? ViewGenerator(imageSize: side, isLocal: true).size : 0
    let global = batch * configuration.globalViews * side * side
    let local = batch * configuration.localViews * localSide * localSide
    views = (global + local) * 3 * float
    let kept = configuration.recomputes ? batch * side * side : global + local
    let rows = batch * (configuration.globalViews + configuration.localViews)
    let keptRows = configuration.recomputes ? batch : rows
    activations =
      Int(Double(kept) * network.bytesKeptPerPixel(side: min(side, 64)))
      + (keptRows * hidden + rows * outputs + batch * batch) * float
  }
}

extension EncoderNetwork {
  /// Returns the bytes that a training pass keeps for each pixel of its input, beside the input.
  ///
  /// - Parameter side: That of the images of the pass, in pixels; what is kept grows with their area.
  /// - Returns: A mean over two images.
  fileprivate func bytesKeptPerPixel(side: Int) -> Double {
    let images = Tensor(zeros: [2, side, side, 3])
    var network = self
    network.prepare(for: TrainingPass(seed: 0, step: 0, index: 0))
    let cache = network.forward(images).cache
    var counted: Set = [images.storageIdentity]
    return Double(tensorBytes(in: cache, &counted)) / Double(2 * side * side)
  }
}

/// Returns the bytes of all tensors below a value, each storage counted once.
private func tensorBytes(in value: Any, _ counted: inout Set<ObjectIdentifier>) -> Int {
  if let tensor = value as? Tensor {
    let isNew = counted.insert(tensor.storageIdentity).inserted
    return isNew ? tensor.count * MemoryLayout<Float>.stride : 0
  }
  if let tensor = value as? BFloat16Tensor {
    let isNew = counted.insert(tensor.storageIdentity).inserted
    return isNew ? tensor.count * MemoryLayout<UInt16>.stride : 0
  }
  return Mirror(reflecting: value).children.reduce(0) { $0 + tensorBytes(in: $1.value, &counted) }
}
