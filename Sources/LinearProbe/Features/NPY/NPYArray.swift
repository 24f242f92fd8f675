/// An array in NumPy's `.npy` format, its elements in C order.
package struct NPYArray: Equatable, Sendable {
  /// The elements, in the narrowest of these types that holds the file's exactly.
  package enum Elements: Equatable, Sendable {
    /// Elements of a float16 or float32 file.
    case float32([Float])
    /// Elements of a float64 file.
    case float64([Double])
    /// Elements of a file of integers of any width, or of booleans as 0 and 1.
    case integer([Int])
  }

  /// The length along each axis, outermost first.
  package let shape: [Int]
  /// The elements, the last axis varying fastest.
  package let elements: Elements

  /// Creates an array whose `elements` fill `shape`.
  package init(shape: [Int], elements: Elements) {
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
  package init(contentsOf path: String) throws(NPYError) {
    let (file, header, start) = try Self.open(path)
    shape = header.shape
    elements = try Self.readElements(file, header, at: start)
  }

  /// Opens a file whose length is what its header asks for; its elements begin at byte `start`.
  static func open(
    _ path: String
  ) throws(NPYError) -> (file: ByteFile, header: NPYHeader, start: Int) {
    let file = try checked { () throws(FileError) in try ByteFile(filledAt: path) }
    let (header, start) = try readHeader(file)
    let found = file.count - start
    guard let expected = header.byteCount, expected == found else {
      throw .wrongLength(path: path, expected: header.byteCount ?? .max, found: found)
    }
    return (file, header, start)
  }

  /// Writes a file of version 1.0 in C order, as a whole or not at all.
  package func write(to path: String) throws(NPYError) {
    try Self.checked { () throws(FileError) in
      let file = try AtomicFile(path: path)
      for part in encoded { try file.write(part) }
      try file.commit()
    }
  }

  /// Returns what `body` returns, with its error as one of this format.
  private static func checked<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(NPYError) -> Result {
    do { return try body() } catch { throw .file(error) }
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

  /// Returns the header and where the elements begin.
  private static func readHeader(
    _ file: ByteFile
  ) throws(NPYError) -> (header: NPYHeader, start: Int) {
    let path = file.path
    func bytes(at offset: Int, count: Int) throws(NPYError) -> [UInt8] {
      try checked { () throws(FileError) in try file.bytes(at: offset, count: count) }
    }
    let magic = try bytes(at: 0, count: min(8, file.count))
    guard magic.count == 8, magic.starts(with: NPYHeader.magic) else {
      throw .notNPY(path: path)
    }
    let (major, minor) = (Int(magic[6]), Int(magic[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw .unsupportedVersion(path: path, major: major, minor: minor)
    }
    let start = major == 1 ? 10 : 12
    guard file.count >= start else {
      throw .badHeader(path: path, reason: "it ends too early")
    }
    let digits = try bytes(at: 8, count: start - 8)
    let length = digits.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NPYHeader.longestText else {
      throw .badHeader(
        path: path,
        reason: "it has \(length) bytes, more than the \(NPYHeader.longestText) that are read")
    }
    guard file.count - start >= length else {
      throw .badHeader(path: path, reason: "it ends too early")
    }
    let text = try bytes(at: start, count: length)
    return (try NPYHeader(text: text, path: path), start + length)
  }

  private static func readElements(
    _ file: ByteFile, _ header: NPYHeader, at start: Int
  ) throws(NPYError) -> Elements {
    func read<Element: BitwiseCopyable>(
      _ type: Element.Type
    ) throws(NPYError) -> [Element] {
      let stored = try checked { () throws(FileError) in
        try file.elements(at: start, count: header.shape.reduce(1, *), of: type)
      }
      return header.isFortranOrder ? inCOrder(stored, shape: header.shape) : stored
    }
    return switch header.type {
    case .boolean: .integer(try read(UInt8.self).map { $0 == 0 ? 0 : 1 })
    case .float16: .float32(try read(Float16.self).map(Float.init))
    case .float32: .float32(try read(Float.self))
    case .float64: .float64(try read(Double.self))
    case .int8: .integer(try read(Int8.self).map(Int.init))
    case .uint8: .integer(try read(UInt8.self).map(Int.init))
    case .int16: .integer(try read(Int16.self).map(Int.init))
    case .uint16: .integer(try read(UInt16.self).map(Int.init))
    case .int32: .integer(try read(Int32.self).map(Int.init))
    case .uint32: .integer(try read(UInt32.self).map(Int.init))
    case .int64: .integer(try read(Int.self))
    case .uint64: .integer(try signed(try read(UInt64.self), path: file.path))
    }
  }

  private static func signed(_ values: [UInt64], path: String) throws(NPYError) -> [Int] {
    if let value = values.first(where: { $0 > UInt64(Int.max) }) {
      throw .integerTooLarge(path: path, value: value)
    }
    return values.map(Int.init)
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
