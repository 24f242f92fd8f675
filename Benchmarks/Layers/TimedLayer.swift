internal import RelicNN

/// A layer of an encoder with its sizes, as the layer table lists it.
struct TimedLayer {
  let layer: NetworkLayers.Layer
  /// `[batch, height, width, channels]`, as is the next one for all but the average pool.
  let input: [Int]
  let output: [Int]
  /// Whether the input is the image, so that it needs no gradient.
  let isFirst: Bool

  /// Returns the layers of an encoder in order, for images of shape `[batch, height, width, 3]`.
  static func layers(of encoder: some EncoderNetwork, images: [Int]) -> [TimedLayer] {
    encoder.layers(for: images).all.enumerated().map { index, entry in
      TimedLayer(
        layer: entry.layer, input: entry.input, output: entry.output, isFirst: index == 0)
    }
  }

  private var channels: Int { input[3] }
  private var side: Int { input[1] }

  /// What distinguishes the layer from others: its kind, sizes and what is added.
  var name: String {
    switch layer {
    case .unit: "\(convolutionName), \(normName)"
    case .depthwise(let unit):
      "depthwise \(window(unit.convolution.kernel, unit.convolution.stride)) \(channels), \(side)px"
    case .excitation: "squeeze-excitation \(channels), \(side)px"
    case .maxPool(let pool): "max pool \(window(pool.kernel, pool.stride)) \(channels), \(side)px"
    case .averagePool: "average pool \(channels), \(side)px"
    }
  }

  /// The name of a unit's convolution alone.
  var convolutionName: String {
    guard case .unit(let unit, _) = layer else { return name }
    let shape = window(unit.convolution.kernel, unit.convolution.stride)
    let note = isFirst ? ", no dx" : ""
    return "conv \(shape) \(channels)→\(unit.convolution.outputs), \(side)px\(note)"
  }

  /// The name of the normalisation after a convolution.
  var normName: String {
    let tail: String
    switch layer {
    case .unit(let unit, let addsResidual):
      tail = "\(unit.normalization.activation)\(addsResidual ? "+residual" : "")"
    case .depthwise(let unit): tail = "\(unit.normalization.activation)"
    case .excitation, .maxPool, .averagePool: tail = "none"
    }
    return "norm \(tail) \(output[3]), \(output[1])px"
  }

  /// Trained parameters.
  var parameterCount: Int {
    let module: any Module =
      switch layer {
      case .unit(let unit, _): unit
      case .depthwise(let unit): unit
      case .excitation(let excitation): excitation
      case .maxPool(let pool): pool
      case .averagePool(let pool): pool
      }
    return module.parameters.filter(\.parameter.role.isTrained)
      .reduce(0) { $0 + $1.parameter.value.count }
  }

  /// Operations of a convolution's forward pass: two for every output channel, input channel it
  /// reads, and pair of an output pixel and a tap of its window that lies inside the image.
  var gflop: Double {
    switch layer {
    case .unit(let unit, _):
      let taps = tapsInside(kernel: unit.convolution.kernel, stride: unit.convolution.stride)
      return 2 * Double(input[0] * channels * output[3] * taps) / 1e9
    case .depthwise(let unit):
      let taps = tapsInside(kernel: unit.convolution.kernel, stride: unit.convolution.stride)
      return 2 * Double(input[0] * channels * taps) / 1e9
    case .excitation, .maxPool, .averagePool: return 0
    }
  }

  private func window(_ kernel: Int, _ stride: Int) -> String { "\(kernel)x\(kernel)/\(stride)" }

  /// Pairs of an output pixel and a tap of its window that lies inside the image.
  private func tapsInside(kernel: Int, stride: Int) -> Int {
    let along = (0..<output[1]).reduce(0) { sum, place in
      let first = place * stride - kernel / 2
      return sum + (first..<(first + kernel)).count { (0..<side).contains($0) }
    }
    return along * along
  }
}
