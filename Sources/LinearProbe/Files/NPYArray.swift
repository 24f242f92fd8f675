/// An array in NumPy's `.npy` format, its elements in C order.
public struct NPYArray: Equatable, Sendable {
  /// The elements, in the narrowest of these types that holds the file's exactly.
  public enum Elements: Equatable, Sendable {
    /// Elements of a float16 or float32 file.
    case float32([Float])
    /// Elements of a float64 file.
    case float64([Double])
    /// Elements of a file of integers of any width.
    case integer([Int])
  }

  /// The length along each axis, outermost first.
  public let shape: [Int]
  /// The elements, the last axis varying fastest.
  public let elements: Elements

  /// Creates an array whose `elements` fill `shape`.
  public init(shape: [Int], elements: Elements) {
    let count =
      switch elements {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .integer(let values): values.count
      }
    precondition(shape.reduce(1, *) == count, "\(count) elements do not fill \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// Reads a file of version 1.0 to 3.0 in C or Fortran order.
  public init(contentsOf path: String) throws(NPYError) {
    var file = try InputFile(path: path)
    let header = try Self.readHeader(&file, path: path)
    guard let expected = header.byteCount, expected == file.remaining else {
      throw .wrongLength(path: path, expected: header.byteCount ?? .max, found: file.remaining)
    }
    shape = header.shape
    elements = try Self.readElements(&file, header, path: path)
  }

  /// Writes a file of version 1.0 in C order, as a whole or not at all.
  public func write(to path: String) throws(NPYError) {
    var files = StagedFiles()
    try files.add(encoded, as: path)
    try files.commit()
  }

  /// The parts of the file that `write(to:)` writes.
  var encoded: [[UInt8]] {
    let (type, bytes): (NPYHeader.ElementType, [UInt8]) =
      switch elements {
      case .float32(let values): (.float32, unsafe values.withUnsafeBytes(Array.init))
      case .float64(let values): (.float64, unsafe values.withUnsafeBytes(Array.init))
      case .integer(let values): (.int64, unsafe values.withUnsafeBytes(Array.init))
      }
    return [NPYHeader(type: type, shape: shape).encoded, bytes]
  }

  private static func readHeader(
    _ file: inout InputFile, path: String
  ) throws(NPYError) -> NPYHeader {
    guard let start = try file.read(8, of: UInt8.self), start.starts(with: NPYHeader.magic) else {
      throw .notNPY(path: path)
    }
    let (major, minor) = (Int(start[6]), Int(start[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw .unsupportedVersion(path: path, major: major, minor: minor)
    }
    let width = major == 1 ? 2 : 4
    guard let digits = try file.read(width, of: UInt8.self) else {
      throw .badHeader(path: path, reason: "it ends too early")
    }
    let length = digits.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NPYHeader.longestText else {
      throw .badHeader(path: path, reason: "a length of \(length) bytes is beyond belief")
    }
    guard let text = try file.read(length, of: UInt8.self) else {
      throw .badHeader(path: path, reason: "it ends too early")
    }
    return try NPYHeader(text: text, path: path)
  }

  private static func readElements(
    _ file: inout InputFile, _ header: NPYHeader, path: String
  ) throws(NPYError) -> Elements {
    switch header.type {
    case .float16:
      .float32(try read(&file, header, of: Float16.self).map(Float.init))
    case .float32: .float32(try read(&file, header, of: Float.self))
    case .float64: .float64(try read(&file, header, of: Double.self))
    case .int8: .integer(try read(&file, header, of: Int8.self).map(Int.init))
    case .uint8: .integer(try read(&file, header, of: UInt8.self).map(Int.init))
    case .int16: .integer(try read(&file, header, of: Int16.self).map(Int.init))
    case .uint16: .integer(try read(&file, header, of: UInt16.self).map(Int.init))
    case .int32: .integer(try read(&file, header, of: Int32.self).map(Int.init))
    case .uint32: .integer(try read(&file, header, of: UInt32.self).map(Int.init))
    case .int64: .integer(try read(&file, header, of: Int.self))
    case .uint64: .integer(try signed(try read(&file, header, of: UInt64.self), path: path))
    }
  }

  private static func signed(_ values: [UInt64], path: String) throws(NPYError) -> [Int] {
    if let value = values.first(where: { $0 > UInt64(Int.max) }) {
      throw .integerTooLarge(path: path, value: value)
    }
    return values.map(Int.init)
  }

  private static func read<Element: BitwiseCopyable>(
    _ file: inout InputFile, _ header: NPYHeader, of type: Element.Type
  ) throws(NPYError) -> [Element] {
    let count = header.shape.reduce(1, *)
    let stored = try file.read(count, of: type) ?? []
    return header.isFortranOrder ? inCOrder(stored, shape: header.shape) : stored
  }

  /// Returns elements stored with the first axis varying fastest so that the last one does.
  private static func inCOrder<Element>(_ stored: [Element], shape: [Int]) -> [Element] {
    guard shape.count > 1, let innermost = shape.last, !stored.isEmpty else { return stored }
    let stride = stored.count / innermost
    var result: [Element] = []
    result.reserveCapacity(stored.count)
    var index = Array(repeating: 0, count: shape.count - 1)
    for _ in 0..<stride {
      var start = 0
      for axis in index.indices.reversed() { start = start * shape[axis] + index[axis] }
      for step in 0..<innermost { result.append(stored[start + step * stride]) }
      for axis in index.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return result
  }
}
