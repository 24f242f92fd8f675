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

  /// The most whole numbers of an array, which are held as eight bytes each.
  private static let mostIntegers = 1 << 20

  private var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// Why an array of `count` numbers is not read, or `nil`.
  func reasonAgainst(count: Int) -> String? {
    isFloatingPoint || count <= Self.mostIntegers
      ? nil : "it has \(count) whole numbers, more than any encoder's"
  }

  /// Returns the numbers of an array of `shape` that begins at byte `offset` of a file.
  func value(of file: ByteFile, at offset: Int, shape: [Int]) throws(FileError) -> StateDict.Value {
    let count = shape.reduce(1, *)
    guard isFloatingPoint else {
      return value(try file.bytes(at: offset, count: count * width), shape: shape)
    }
    var tensor = Tensor(uninitialized: shape)
    if self == .float32 {
      try file.read(into: &tensor, at: offset)
      return .floats(tensor)
    }
    // In pieces, so that a file's bytes and their numbers are never held together.
    let piece = 1 << 18
    for start in stride(from: 0, to: count, by: piece) {
      let length = min(piece, count - start)
      let bytes = try file.bytes(at: offset + start * width, count: length * width)
      guard case .floats(let part) = value(bytes, shape: [length]) else { continue }
      unsafe tensor.withMutableElements { elements in
        unsafe part.withElements { part in
          _ = unsafe elements[start..<(start + length)].update(from: part)
        }
      }
    }
    return .floats(tensor)
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

extension ByteFile {
  /// Fills a tensor with little-endian floats from `offset`.
  fileprivate func read(into tensor: inout Tensor, at offset: Int) throws(FileError) {
    let result = unsafe tensor.withMutableElements { elements in
      Result { () throws(FileError) in
        unsafe try read(UnsafeMutableRawBufferPointer(elements), at: offset)
      }
    }
    try result.get()
  }
}
