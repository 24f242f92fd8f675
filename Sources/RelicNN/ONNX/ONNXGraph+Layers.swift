extension ONNXGraph {
  /// Appends a convolution, its normalisation, the addition of a residual and the activation.
  ///
  /// - Returns: The name of the output.
  mutating func append(
    _ unit: ConvNorm, below path: String, to x: String, adding residual: String? = nil
  ) -> String {
    let kernel = unit.convolution
    let window = Window(kernel: kernel.kernel, stride: kernel.stride, padding: kernel.padding)
    return append(unit, window, groups: 1, below: path, to: x, adding: residual)
  }

  /// The same for a convolution of every channel by itself.
  mutating func append(_ unit: DepthwiseNorm, below path: String, to x: String) -> String {
    let kernel = unit.convolution
    let window = Window(kernel: kernel.kernel, stride: kernel.stride, padding: kernel.kernel / 2)
    return append(unit, window, groups: kernel.outputs, below: path, to: x, adding: nil)
  }

  private mutating func append<Kernel: Convolution>(
    _ unit: NormalizedConvolution<Kernel>, _ window: Window, groups: Int, below path: String,
    to x: String, adding residual: String?
  ) -> String {
    let convolution = joined(path, unit.names.convolution)
    let normalization = joined(path, unit.names.normalization)
    var y = append(
      "Conv", x, weights: ["\(convolution).weight"], as: convolution, .integer("group", groups),
      .integers("kernel_shape", window.sides), .integers("pads", window.pads),
      .integers("strides", window.strides))
    y = append(
      "BatchNormalization", y,
      weights: ["weight", "bias", "running_mean", "running_var"].map { "\(normalization).\($0)" },
      as: normalization, .number("epsilon", unit.normalization.epsilon))
    if let residual { y = append("Add", y, residual, as: "\(normalization).sum") }
    switch unit.normalization.activation {
    case .identity: return y
    case .relu: return append("Relu", y, as: "\(normalization).relu")
    case .silu: return appendSiLU(to: y, as: "\(normalization).silu")
    }
  }

  /// ONNX has had an operator of its own for `x · sigmoid(x)` only since 2025.
  private mutating func appendSiLU(to x: String, as name: String) -> String {
    let gate = append("Sigmoid", x, as: "\(name).gate")
    return append("Mul", x, gate, as: name)
  }

  /// Appends a gate for every channel, with the weights `fc1` and `fc2`.
  mutating func append(_ excitation: SqueezeExcitation, below path: String, to x: String) -> String
  {
    let means = append("GlobalAveragePool", x, as: "\(path).means")
    let first = appendLinear(below: "\(path).fc1", to: means)
    let hidden = appendSiLU(to: first, as: "\(path).silu")
    let second = appendLinear(below: "\(path).fc2", to: hidden)
    let gate = append("Sigmoid", second, as: "\(path).gate")
    return append("Mul", x, gate, as: "\(path).scaled")
  }

  private mutating func appendLinear(below path: String, to x: String) -> String {
    append(
      "Conv", x, weights: ["\(path).weight", "\(path).bias"], as: path,
      .integers("kernel_shape", [1, 1]))
  }

  /// Appends the maximum over windows.
  mutating func append(_ pool: MaxPool2D, to x: String) -> String {
    let window = Window(kernel: pool.kernel, stride: pool.stride, padding: pool.padding)
    return append(
      "MaxPool", x, as: "maxpool", .integers("kernel_shape", window.sides),
      .integers("pads", window.pads), .integers("strides", window.strides))
  }

  /// Appends the means over height and width, as `[batch, channels]` under `name`.
  mutating func appendFeatures(of x: String, as name: String) -> String {
    let means = append("GlobalAveragePool", x, as: "avgpool")
    return append("Flatten", means, as: name, .integer("axis", 1))
  }
}

/// A square window that slides over an image, as ONNX's attributes say it.
private struct Window {
  let sides: [Int]
  let strides: [Int]
  let pads: [Int]

  init(kernel: Int, stride: Int, padding: Int) {
    sides = [kernel, kernel]
    strides = [stride, stride]
    pads = [padding, padding, padding, padding]
  }
}
