/// The layers of a network in order, each with its shapes, for images of one shape.
///
/// A network appends what it consists of, so that nobody else has to repeat its tables.
package struct NetworkLayers: Sendable {
  /// A layer that has a cost of its own.
  package enum Layer: Sendable {
    case unit(ConvNorm, addsResidual: Bool)
    case depthwise(DepthwiseNorm)
    case excitation(SqueezeExcitation)
    case maxPool(MaxPool2D)
    case averagePool(GlobalAveragePool)
  }

  /// Layers and the shapes of their inputs and outputs, `[batch, height, width, channels]`.
  package private(set) var all: [(layer: Layer, input: [Int], output: [Int])] = []
  /// The shape of what the layers so far put out.
  private(set) var shape: [Int]

  init(images shape: [Int]) { self.shape = shape }

  /// Appends a convolution unit, whose input is `shape` unless it is another.
  mutating func append(_ unit: ConvNorm, addsResidual: Bool = false, input: [Int]? = nil) {
    let input = input ?? shape
    shape = unit.convolution.outputShape(input)
    all.append((.unit(unit, addsResidual: addsResidual), input, shape))
  }

  mutating func append(_ unit: DepthwiseNorm) {
    append(.depthwise(unit), output: unit.convolution.outputShape(shape))
  }

  mutating func append(_ excitation: SqueezeExcitation) {
    append(.excitation(excitation), output: shape)
  }

  mutating func append(_ pool: MaxPool2D) {
    append(.maxPool(pool), output: pool.outputShape(shape))
  }

  mutating func append(_ pool: GlobalAveragePool) {
    append(.averagePool(pool), output: [shape[0], shape[3]])
  }

  private mutating func append(_ layer: Layer, output: [Int]) {
    all.append((layer, shape, output))
    shape = output
  }
}

/// A network that tells its layers.
protocol LayeredNetwork: EncoderNetwork {
  /// Appends the network's layers.
  func list(in layers: inout NetworkLayers)
}

extension EncoderNetwork {
  /// The layers of the network, for images of shape `[batch, height, width, 3]`; none of a network
  /// that does not tell them.
  package func layers(for images: [Int]) -> NetworkLayers {
    var layers = NetworkLayers(images: images)
    (self as? any LayeredNetwork)?.list(in: &layers)
    return layers
  }
}

extension ResNet: LayeredNetwork {
  /// Appends the network's layers.
  func list(in layers: inout NetworkLayers) {
    layers.append(stem)
    if let pool { layers.append(pool) }
    for block in blocks {
      let input = layers.shape
      for convolution in block.convolutions.dropLast() { layers.append(convolution) }
      if let last = block.convolutions.last { layers.append(last, addsResidual: true) }
      if let shortcut = block.shortcut { layers.append(shortcut, input: input) }
    }
    layers.append(average)
  }
}

extension EfficientNetV2: LayeredNetwork {
  /// Appends the network's layers.
  func list(in layers: inout NetworkLayers) {
    layers.append(stem)
    for block in blocks {
      layers.append(block.expansion)
      if let mixing = block.mixing { layers.append(mixing) }
      if let excitation = block.excitation { layers.append(excitation) }
      if let projection = block.projection { layers.append(projection) }
    }
    layers.append(head)
    layers.append(average)
  }
}
