/// Operators of ONNX in the order in which they run, and the weights that they read.
///
/// Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
struct ONNXGraph {
  /// What an operator is told besides its inputs.
  enum Attribute {
    case integer(String, Int)
    case integers(String, [Int])
    case number(String, Float)
  }

  /// Numbers of single precision, in every place that names a type.
  private static let float = 1

  private let weights: StateDict
  private var nodes: [ProtobufMessage] = []
  private var initializers: [ProtobufMessage] = []

  /// Creates an empty graph over weights as files have them: convolutions as OIHW.
  init(weights: StateDict) { self.weights = weights }

  /// Appends an operator under a name of its own, which its output has, too.
  ///
  /// - Returns: The name.
  mutating func append(
    _ operation: String, _ inputs: String..., weights: [String] = [], as name: String,
    _ attributes: Attribute...
  ) -> String {
    for name in weights { appendWeight(name) }
    var node = ProtobufMessage()
    for input in inputs + weights { node.add(1, input) }
    node.add(2, name)
    node.add(3, name)
    node.add(4, operation)
    for attribute in attributes { node.add(5, attribute.message) }
    nodes.append(node)
    return name
  }

  private mutating func appendWeight(_ name: String) {
    guard let tensor = weights.tensor(name) else {
      preconditionFailure("the encoder has no weight '\(name)'")
    }
    var message = ProtobufMessage()
    for extent in tensor.shape { message.add(1, extent) }
    message.add(2, Self.float)
    message.add(8, name)
    message.add(9, bytes: tensor.littleEndianBytes)
    initializers.append(message)
  }

  /// The graph as a message, from `input` to `output`; axes are numbers or names of any number.
  func message(
    name: String, input: (name: String, axes: [Axis]), output: (name: String, axes: [Axis])
  ) -> ProtobufMessage {
    var message = ProtobufMessage()
    for node in nodes { message.add(1, node) }
    message.add(2, name)
    for initializer in initializers { message.add(5, initializer) }
    message.add(11, Self.value(input.name, input.axes))
    message.add(12, Self.value(output.name, output.axes))
    return message
  }

  /// The extent of an axis.
  enum Axis {
    case count(Int)
    case any(String)
  }

  private static func value(_ name: String, _ axes: [Axis]) -> ProtobufMessage {
    var shape = ProtobufMessage()
    for axis in axes {
      var extent = ProtobufMessage()
      switch axis {
      case .count(let count): extent.add(1, count)
      case .any(let name): extent.add(2, name)
      }
      shape.add(1, extent)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, float)
    tensor.add(2, shape)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(2, type)
    return value
  }
}

extension ONNXGraph.Attribute {
  /// The attribute with the number of its type.
  fileprivate var message: ProtobufMessage {
    var message = ProtobufMessage()
    switch self {
    case .number(let name, let value):
      message.add(1, name)
      message.add(2, value)
      message.add(20, 1)
    case .integer(let name, let value):
      message.add(1, name)
      message.add(3, value)
      message.add(20, 2)
    case .integers(let name, let values):
      message.add(1, name)
      for value in values { message.add(8, value) }
      message.add(20, 7)
    }
    return message
  }
}
