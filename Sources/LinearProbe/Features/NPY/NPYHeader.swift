/// The header of a `.npy` file: what the elements are and how they are laid out.
///
/// Format: numpy.lib.format, versions 1.0 to 3.0.
struct NPYHeader: Equatable {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Longer headers are refused; NumPy itself refuses to evaluate more than 10,000 characters.
  static let longestText = 1 << 16

  /// The type of the elements.
  enum ElementType: String, CaseIterable {
    case boolean = "|b1"
    case float16 = "<f2"
    case float32 = "<f4"
    case float64 = "<f8"
    case int8 = "|i1"
    case uint8 = "|u1"
    case int16 = "<i2"
    case uint16 = "<u2"
    case int32 = "<i4"
    case uint32 = "<u4"
    case int64 = "<i8"
    case uint64 = "<u8"

    /// Reads a type as `numpy.dtype` does: a name such as `int64`, or a letter and a width after
    /// their byte order, which is this machine's unless it says `>` and means nothing to one byte.
    init?(descr: String) {
      let order = descr.first.flatMap { "<=|>".contains($0) ? $0 : nil }
      let code = descr.dropFirst(order == nil ? 0 : 1)
      let type = Self.allCases.first {
        $0.code == code || $0 == .boolean && code == "?" || $0.name == descr
      }
      guard let type, order != ">" || type.width == 1 else { return nil }
      self = type
    }

    /// Bytes per element.
    var width: Int { Int(rawValue.dropFirst(2)) ?? 0 }

    /// The letter and the width.
    private var code: Substring { rawValue.dropFirst() }

    /// NumPy's name.
    private var name: String { self == .boolean ? "bool" : "\(self)" }
  }

  var type: ElementType
  var isFortranOrder = false
  var shape: [Int]

  /// The number of bytes the elements take, nil if that overflows.
  var byteCount: Int? {
    var count = type.width
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// The bytes before the elements, version 1.0, padded to a multiple of 64.
  var encoded: [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let order = isFortranOrder ? "True" : "False"
    var text = "{'descr': '\(type.rawValue)', 'fortran_order': \(order), 'shape': (\(lengths)), }"
    let unpadded = Self.magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let count = text.utf8.count
    return Self.magic + [1, 0, UInt8(count & 0xff), UInt8(count >> 8)] + Array(text.utf8)
  }
}

extension NPYHeader {
  /// Reads the dictionary's text.
  init(text: [UInt8], path: String) throws(NPYError) {
    var literal = PythonLiteral(text: text)
    let value: PythonLiteral.Value
    do {
      value = try literal.parse()
    } catch {
      throw .badHeader(path: path, reason: error.reason)
    }
    guard case .dictionary(let entries) = value else {
      throw .badHeader(path: path, reason: "it is not a dictionary")
    }
    guard Set(entries.keys) == ["descr", "fortran_order", "shape"] else {
      let keys = entries.keys.sorted().joined(separator: ", ")
      throw .badHeader(path: path, reason: "its keys are \(keys)")
    }
    guard case .string(let name) = entries["descr"] else {
      throw .unsupportedType(path: path, type: "record")
    }
    guard let type = ElementType(descr: name) else {
      throw .unsupportedType(path: path, type: name)
    }
    guard case .boolean(let isFortranOrder) = entries["fortran_order"] else {
      throw .badHeader(path: path, reason: "fortran_order is neither True nor False")
    }
    guard case .tuple(let lengths) = entries["shape"] else {
      throw .badHeader(path: path, reason: "shape is not a tuple")
    }
    self.init(type: type, isFortranOrder: isFortranOrder, shape: lengths)
  }
}
