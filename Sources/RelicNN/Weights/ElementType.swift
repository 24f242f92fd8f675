/// A number type of a weight file, by its name in safetensors.
enum ElementType: String {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  var width: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Returns the numbers that little-endian `bytes` hold, which fill `shape`.
  func value(_ bytes: [UInt8], shape: [Int]) -> StateDict.Value {
    switch self {
    case .float64: .floats(Tensor(load(bytes) { Float($0 as Double) }, shape: shape))
    case .float32: .floats(Tensor(load(bytes) { $0 as Float }, shape: shape))
    case .float16: .floats(Tensor(load(bytes) { Float($0 as Float16) }, shape: shape))
    case .bfloat16:
      // The upper half of a Float.
      .floats(
        Tensor(load(bytes) { Float(bitPattern: UInt32($0 as UInt16) << 16) }, shape: shape))
    case .int64: .integers(load(bytes) { $0 as Int64 }, shape: shape)
    case .int32: .integers(load(bytes) { Int64($0 as Int32) }, shape: shape)
    case .int16: .integers(load(bytes) { Int64($0 as Int16) }, shape: shape)
    case .int8: .integers(load(bytes) { Int64($0 as Int8) }, shape: shape)
    case .uint8, .bool: .integers(load(bytes) { Int64($0 as UInt8) }, shape: shape)
    }
  }

  private func load<Stored: BitwiseCopyable, Result>(
    _ bytes: [UInt8], _ convert: (Stored) -> Result
  ) -> [Result] {
    unsafe bytes.withUnsafeBytes { bytes in
      (0..<(bytes.count / width)).map {
        unsafe convert(bytes.loadUnaligned(fromByteOffset: $0 * width, as: Stored.self))
      }
    }
  }
}

extension [Int] {
  /// The number of elements of an array of this shape, or `nil` if it cannot be counted.
  var elementCount: Int? {
    var product = 1
    for extent in self {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if extent < 0 || overflow { return nil }
      product = next
    }
    return product
  }
}
