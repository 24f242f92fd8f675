/// A number type by PyTorch's name, which may have no meaning here.
struct TorchType: Equatable {
  /// The name without `torch.` and `Storage`.
  let name: String
  /// The type here, or `nil` if its numbers are not read.
  let element: ElementType?
  /// Bytes of one number, or `nil` if that is not known.
  let width: Int?

  private static let read: [String: ElementType] = [
    "Double": .float64, "Float": .float32, "Half": .float16, "BFloat16": .bfloat16,
    "Long": .int64, "Int": .int32, "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
    "bool": .bool,
  ]

  /// Types that are passed over; in the forms without a directory their widths lead to the next.
  private static let passed = [
    "ComplexHalf": 4, "ComplexFloat": 8, "ComplexDouble": 16, "QInt8": 1, "QUInt8": 1, "QInt32": 4,
    "QUInt4x2": 1, "QUInt2x4": 1, "Untyped": 1,
  ]

  /// The type of a storage class such as `torch.FloatStorage`, or of a type such as
  /// `torch.float32`.
  init(_ global: String) {
    var name = global.split(separator: ".").last.map(String.init) ?? global
    if name.hasSuffix("Storage") { name.removeLast("Storage".count) }
    self.name = name
    element = Self.read[name]
    width = element?.width ?? Self.passed[name]
  }
}
