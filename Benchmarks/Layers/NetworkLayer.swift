internal import RelicNN

/// One layer of an encoder with the shape of its input, as the layer table lists it.
struct NetworkLayer: Hashable {
  /// What a layer computes.
  enum Kind: Hashable {
    /// A convolution with its normalisation and activation.
    case unit(Unit)
    /// A depthwise 3x3 convolution with its normalisation and SiLU.
    case depthwise(channels: Int, stride: Int)
    case excitation(channels: Int, squeezed: Int)
    /// 3x3 with stride 2.
    case maxPool(channels: Int)
    case averagePool(channels: Int)
  }

  /// The parts of a convolution unit that decide its cost.
  struct Unit: Hashable {
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride = 1
    var activation = Activation.relu
    var addsResidual = false
    /// Whether the input is the image, so that it needs no gradient.
    var isFirst = false
  }

  let kind: Kind
  /// Height and width of the input.
  let side: Int

  /// Height and width of the output.
  var outputSide: Int {
    switch kind {
    case .unit(let unit): (side - 1) / unit.stride + 1
    case .depthwise(_, let stride): (side - 1) / stride + 1
    case .maxPool: (side - 1) / 2 + 1
    case .excitation: side
    case .averagePool: 1
    }
  }

  /// Trained parameters.
  var parameterCount: Int {
    switch kind {
    case .unit(let unit):
      unit.kernel * unit.kernel * unit.inputs * unit.outputs + 2 * unit.outputs
    case .depthwise(let channels, _): 11 * channels
    case .excitation(let channels, let squeezed): 2 * channels * squeezed + channels + squeezed
    case .maxPool, .averagePool: 0
    }
  }
}

extension NetworkLayer {
  /// Returns the layers of a case's encoder in order.
  static func layers(of step: StepCase) -> [NetworkLayer] {
    var layers: [NetworkLayer] = []
    func add(_ kind: Kind, side: Int) -> Int {
      let layer = NetworkLayer(kind: kind, side: side)
      layers.append(layer)
      return layer.outputSide
    }
    switch step.configuration.encoder {
    case .resnet18: resNet([2, 2, 2, 2], expansion: 1, step, add)
    case .resnet50: resNet([3, 4, 6, 3], expansion: 4, step, add)
    case .efficientnet: efficientNet(step, add)
    }
    return layers
  }

  private static func resNet(
    _ blocks: [Int], expansion: Int, _ step: StepCase, _ add: (Kind, Int) -> Int
  ) {
    let isSmall = step.configuration.stem == .cifar
    let stem = Unit(
      inputs: 3, outputs: 64, kernel: isSmall ? 3 : 7, stride: isSmall ? 1 : 2, isFirst: true)
    var side = add(.unit(stem), step.size)
    if !isSmall { side = add(.maxPool(channels: 64), side) }
    var inputs = 64
    for (stage, count) in blocks.enumerated() {
      let width = 64 << stage
      let outputs = width * expansion
      for index in 0..<count {
        let stride = stage > 0 && index == 0 ? 2 : 1
        let first = side
        if expansion == 1 {
          side = add(
            .unit(Unit(inputs: inputs, outputs: width, kernel: 3, stride: stride)), side)
          side = add(
            .unit(Unit(inputs: width, outputs: width, kernel: 3, addsResidual: true)), side)
        } else {
          side = add(.unit(Unit(inputs: inputs, outputs: width, kernel: 1)), side)
          side = add(.unit(Unit(inputs: width, outputs: width, kernel: 3, stride: stride)), side)
          side = add(
            .unit(Unit(inputs: width, outputs: outputs, kernel: 1, addsResidual: true)), side)
        }
        if stride > 1 || inputs != outputs {
          let shortcut = Unit(
            inputs: inputs, outputs: outputs, kernel: 1, stride: stride, activation: .identity)
          _ = add(.unit(shortcut), first)
        }
        inputs = outputs
      }
    }
    _ = add(.averagePool(channels: inputs), side)
  }

  private static func efficientNet(_ step: StepCase, _ add: (Kind, Int) -> Int) {
    func unit(
      _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, isActive: Bool = true,
      isFirst: Bool = false
    ) -> Kind {
      .unit(
        Unit(
          inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
          activation: isActive ? .silu : .identity, isFirst: isFirst))
    }
    var side = add(unit(3, 24, kernel: 3, stride: 2, isFirst: true), step.size)
    var inputs = 24
    // Tan & Le 2021, table 4.
    let stages: [(isFused: Bool, layers: Int, outputs: Int, expansion: Int, stride: Int)] = [
      (true, 2, 24, 1, 1), (true, 4, 48, 4, 2), (true, 4, 64, 4, 2), (false, 6, 128, 4, 2),
      (false, 9, 160, 6, 1), (false, 15, 256, 6, 2),
    ]
    for stage in stages {
      for index in 0..<stage.layers {
        let stride = index == 0 ? stage.stride : 1
        let wide = inputs * stage.expansion
        if stage.isFused {
          side = add(unit(inputs, wide, kernel: 3, stride: stride), side)
        } else {
          side = add(unit(inputs, wide, kernel: 1), side)
          side = add(.depthwise(channels: wide, stride: stride), side)
          side = add(.excitation(channels: wide, squeezed: inputs / 4), side)
        }
        if stage.expansion > 1 {
          side = add(unit(wide, stage.outputs, kernel: 1, isActive: false), side)
        }
        inputs = stage.outputs
      }
    }
    side = add(unit(256, 1280, kernel: 1), side)
    _ = add(.averagePool(channels: 1280), side)
  }
}
