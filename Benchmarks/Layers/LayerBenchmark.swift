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
    let layers = NetworkLayer.layers(of: step)
    let encoder = step.configuration.encoder.network(
      stem: step.configuration.stem, seed: 0)
    let expected = encoder.parameters.filter(\.parameter.role.isTrained)
      .reduce(0) { $0 + $1.parameter.value.count }
    let listed = layers.reduce(0) { $0 + $1.parameterCount }
    precondition(listed == expected, "\(listed) parameters listed of \(expected)")
    for (layer, list) in Dictionary(grouping: layers, by: { $0 }) { time(layer, list.count) }
    timeRest(encoder)
  }

  private mutating func time(_ layer: NetworkLayer, _ count: Int) {
    var random = Philox(seed: 2, purpose: .weights)
    let side = layer.side
    func input(_ channels: Int) -> Tensor { Tensor(noise: [images, side, side, channels]) }
    switch layer.kind {
    case .unit(let unit):
      time(unit, input(unit.inputs), layer, count, &random)
    case .depthwise(let channels, let stride):
      let convolution = DepthwiseConv2D(
        channels: channels, kernel: 3, stride: stride, using: &random)
      let x = input(channels)
      let taps = tapsInside(layer, kernel: 3, stride: stride)
      let gflop = 2 * Double(images * channels * taps) / 1e9
      add(
        "depthwise 3x3/\(stride) \(channels), \(side)px", count, .median(of: convolution, x),
        gflop: (gflop, 2 * gflop))
      let norm = BatchNorm2D(channels: channels, activation: .silu, epsilon: 1e-3)
      add(
        "norm silu \(channels), \(layer.outputSide)px", count,
        .median(of: norm, convolution(x)))
    case .excitation(let channels, let squeezed):
      let excitation = SqueezeExcitation(channels: channels, squeezed: squeezed, using: &random)
      add(
        "squeeze-excitation \(channels), \(side)px", count, .median(of: excitation, input(channels))
      )
    case .maxPool(let channels):
      let pool = MaxPool2D(kernel: 3, stride: 2, padding: 1)
      add("max pool 3x3/2 \(channels), \(side)px", count, .median(of: pool, input(channels)))
    case .averagePool(let channels):
      add(
        "average pool \(channels), \(side)px", count,
        .median(of: GlobalAveragePool(), input(channels)))
    }
  }

  private mutating func time(
    _ unit: NetworkLayer.Unit, _ x: Tensor, _ layer: NetworkLayer, _ count: Int,
    _ random: inout Philox
  ) {
    let convolution = Conv2D(
      inputs: unit.inputs, outputs: unit.outputs, kernel: unit.kernel, stride: unit.stride,
      padding: unit.kernel / 2, using: &random)
    let whole = ConvNorm(
      convolution, BatchNorm2D(channels: unit.outputs, activation: unit.activation),
      names: ("0", "1"))
    let side = layer.outputSide
    let dy = Tensor(noise: [images, side, side, unit.outputs])
    let residual = unit.addsResidual ? dy : nil
    let times = PassTimes.medians([
      {
        .once(
          convolution, dy, { $0.forward(x) },
          { layer, dy, cache in
            if unit.isFirst { return layer.backwardWeight(dy, cache) }
            _ = layer.backward(dy, cache)
          })
      },
      {
        .once(
          whole, dy, { $0.forward(x, adding: residual) },
          { layer, dy, cache in
            if unit.isFirst { return layer.backwardParameters(dy, cache) }
            var dy = dy
            _ = layer.backward(&dy, cache)
          })
      },
    ])
    let (alone, together) = (times[0], times[1])
    let taps = tapsInside(layer, kernel: unit.kernel, stride: unit.stride)
    let gflop = 2 * Double(images * unit.inputs * unit.outputs * taps) / 1e9
    let shape = "\(unit.kernel)x\(unit.kernel)/\(unit.stride) \(unit.inputs)→\(unit.outputs)"
    add(
      "conv \(shape), \(layer.side)px\(unit.isFirst ? ", no dx" : "")", count, alone,
      gflop: (gflop, unit.isFirst ? gflop : 2 * gflop))
    let tail = "\(unit.activation)\(unit.addsResidual ? "+residual" : "")"
    add("norm \(tail) \(unit.outputs), \(side)px", count, together - alone)
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

  /// Pairs of an output pixel and a tap of its window that lies inside the image.
  private func tapsInside(_ layer: NetworkLayer, kernel: Int, stride: Int) -> Int {
    let along = (0..<layer.outputSide).reduce(0) { sum, output in
      let first = output * stride - kernel / 2
      return sum + (first..<(first + kernel)).count { (0..<layer.side).contains($0) }
    }
    return along * along
  }
}
