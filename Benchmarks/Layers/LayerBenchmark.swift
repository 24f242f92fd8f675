internal import Foundation
internal import RelicNN

/// Times every distinct layer of a training step by itself.
///
/// Inputs are both views of the batch, `2 · batch` images. A convolution is timed alone and in its
/// unit; what the unit takes beyond that is the row of its normalisation (with activation and
/// residual), so that work they share is counted once.
struct LayerBenchmark {
  /// A line of the table: all layers of one kind and shape.
  struct Row {
    var count = 0
    /// Seconds and operations of all of them together, each pass once.
    var forward = 0.0
    var backward = 0.0
    var forwardGFLOP = 0.0
    var backwardGFLOP = 0.0

    /// Online and target network go forward, the online network alone goes back.
    var seconds: Double { 2 * forward + backward }
    var gflop: Double { 2 * forwardGFLOP + backwardGFLOP }
  }

  let step: StepCase
  private(set) var rows: [String: Row] = [:]

  private var images: Int { 2 * step.batch }

  init(_ step: StepCase) { self.step = step }

  /// Times everything.
  mutating func run() {
    let encoder = step.configuration.encoder.network(
      stem: step.configuration.stem, seed: 0)
    let layers = TimedLayer.layers(of: encoder, images: [images, step.size, step.size, 3])
    let expected = encoder.parameters.filter(\.parameter.role.isTrained)
      .reduce(0) { $0 + $1.parameter.value.count }
    let listed = layers.reduce(0) { $0 + $1.parameterCount }
    precondition(listed == expected, "\(listed) parameters listed of \(expected)")
    for alike in Dictionary(grouping: layers, by: \.name).values { time(alike[0], alike.count) }
    timeRest(encoder)
  }

  private mutating func time(_ layer: TimedLayer, _ count: Int) {
    let x = Tensor(noise: layer.input)
    switch layer.layer {
    case .unit(let unit, let addsResidual):
      time(unit, x, addsResidual: addsResidual, layer, count)
    case .depthwise(let unit):
      let gflop = layer.gflop
      add(
        layer.name, count, .median(of: unit.convolution, x), gflop: (gflop, 2 * gflop))
      add(layer.normName, count, .median(of: unit.normalization, unit.convolution(x)))
    case .excitation(let excitation): add(layer.name, count, .median(of: excitation, x))
    case .maxPool(let pool): add(layer.name, count, .median(of: pool, x))
    case .averagePool(let pool): add(layer.name, count, .median(of: pool, x))
    }
  }

  private mutating func time(
    _ unit: ConvNorm, _ x: Tensor, addsResidual: Bool, _ layer: TimedLayer, _ count: Int
  ) {
    let dy = Tensor(noise: layer.output)
    let residual = addsResidual ? dy : nil
    let times = PassTimes.medians([
      {
        .once(
          unit.convolution, dy, { $0.forward(x) },
          { convolution, dy, cache in
            if layer.isFirst { return convolution.backwardWeight(dy, cache) }
            _ = convolution.backward(dy, cache)
          })
      },
      {
        .once(
          unit, dy, { $0.forward(x, adding: residual) },
          { unit, dy, cache in
            if layer.isFirst { return unit.backwardParameters(dy, cache) }
            var dy = dy
            _ = unit.backward(&dy, cache)
          })
      },
    ])
    let (alone, together) = (times[0], times[1])
    let gflop = layer.gflop
    add(layer.convolutionName, count, alone, gflop: (gflop, layer.isFirst ? gflop : 2 * gflop))
    add(layer.normName, count, together - alone)
  }

  /// Head, loss, optimiser and the target's move.
  private mutating func timeRest(_ encoder: some EncoderNetwork) {
    var random = Philox(seed: 3, purpose: .weights)
    let head = ProjectionHead(
      inputs: encoder.featureCount, hidden: 512, outputs: 64, using: &random)
    let features = Tensor(noise: [images, encoder.featureCount])
    let gflop = 2 * Double(images * (encoder.featureCount * 512 + 512 * 64)) / 1e9
    add(
      "head \(encoder.featureCount)→512→64", 1, .median(of: head, features),
      gflop: (gflop, 2 * gflop))

    let loss = RelicLoss(alpha: 1)
    let (online, target) = (
      Tensor(noise: [2, step.batch, 64]), Tensor(noise: [2, step.batch, 64])
    )
    let losses = repeated(5) {
      _ = loss(online: online, target: target, logScale: 0, bias: 0)
    }
    addOnce("loss", losses)

    var network = RelicNetwork(encoder: encoder, head: head)
    var follower = network
    var adam = Adam(learningRate: 3e-4, weightDecay: 1e-5)
    let few = Tensor(noise: [4, 32, 32, 3])
    var (updates, moves): ([Double], [Double]) = ([], [])
    for _ in 0..<6 {
      let (y, cache) = network.forward(few)
      network.backward(y, cache)
      updates.append(seconds { adam.update(&network) })
      moves.append(seconds { follower.move(towards: network, decay: 0.99) })
    }
    addOnce("Adam", Array(updates.dropFirst()))
    addOnce("EMA", Array(moves.dropFirst()))
  }

  /// Adds work that a step does once, with the backward passes.
  private mutating func addOnce(_ name: String, _ seconds: [Double]) {
    add(name, 1, PassTimes(forward: 0, backward: seconds.median))
  }

  private mutating func add(
    _ name: String, _ count: Int, _ times: PassTimes, gflop: (Double, Double) = (0, 0)
  ) {
    var row = rows[name] ?? Row()
    row.count += count
    row.forward += Double(count) * times.forward
    row.backward += Double(count) * times.backward
    row.forwardGFLOP += Double(count) * gflop.0
    row.backwardGFLOP += Double(count) * gflop.1
    rows[name] = row
  }
}
