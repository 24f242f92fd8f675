/// A network that can be written as operators of ONNX.
protocol ONNXEncoder: EncoderNetwork {
  /// Appends the network's operators.
  ///
  /// - Parameters:
  ///   - graph: Takes them.
  ///   - images: The name of the images, `[batch, 3, height, width]`.
  ///   - features: The name that the features get, `[batch, featureCount]`.
  func append(to graph: inout ONNXGraph, images: String, features: String)
}

extension ResNet: ONNXEncoder {
  /// Appends the network's operators.
  func append(to graph: inout ONNXGraph, images: String, features: String) {
    var x = graph.append(stem, below: "", to: images)
    if let pool { x = graph.append(pool, to: x) }
    for (block, path) in zip(blocks, blockPaths) {
      let shortcut = block.shortcut.map {
        graph.append($0, below: "\(path).downsample", to: x)
      }
      var hidden = x
      for convolution in block.convolutions.dropLast() {
        hidden = graph.append(convolution, below: path, to: hidden)
      }
      if let last = block.convolutions.last {
        x = graph.append(last, below: path, to: hidden, adding: shortcut ?? x)
      }
    }
    _ = graph.appendFeatures(of: x, as: features)
  }
}

extension EfficientNetV2: ONNXEncoder {
  /// Appends the network's operators.
  func append(to graph: inout ONNXGraph, images: String, features: String) {
    var x = graph.append(stem, below: "features.0", to: images)
    for (block, path) in zip(blocks, blockPaths) {
      var y = graph.append(block.expansion, below: "\(path).block.0", to: x)
      if let mixing = block.mixing { y = graph.append(mixing, below: "\(path).block.1", to: y) }
      if let excitation = block.excitation {
        y = graph.append(excitation, below: "\(path).block.2", to: y)
      }
      if let projection = block.projection {
        y = graph.append(projection, below: block.projectionPath(path), to: y)
      }
      x = block.addsInput ? graph.append("Add", y, x, as: "\(path).sum") : y
    }
    x = graph.append(head, below: headPath, to: x)
    _ = graph.appendFeatures(of: x, as: features)
  }
}
