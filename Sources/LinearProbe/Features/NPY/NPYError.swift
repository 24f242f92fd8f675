/// Why a `.npy` file could not be read or written.
public enum NPYError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file cannot be read or written at all.
  case file(FileError)
  /// The file does not start as a `.npy` file does.
  case notNPY(path: String)
  /// The format's version is none of 1.0, 2.0 and 3.0.
  case unsupportedVersion(path: String, major: Int, minor: Int)
  /// The header is not the Python dictionary it must be.
  case badHeader(path: String, reason: String)
  /// The elements are of a type that is not read, such as Python objects or big-endian numbers.
  case unsupportedType(path: String, type: String)
  /// The file's length is not what shape and type demand.
  case wrongLength(path: String, expected: Int, found: Int)
  /// An unsigned label does not fit a signed 64-bit integer.
  case integerTooLarge(path: String, value: UInt64)

  /// One line that names the file, what was found and what to do.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .notNPY(let path): "\(path): not a .npy file; write it with numpy.save"
    case .unsupportedVersion(let path, let major, let minor):
      "\(path): .npy version \(major).\(minor) is not one of 1.0, 2.0, 3.0"
    case .badHeader(let path, let reason): "\(path): broken .npy header: \(reason)"
    case .unsupportedType(let path, let type):
      "\(path): elements of type \(type) are not read; \(Self.remedy(type))"
    case .wrongLength(let path, let expected, let found) where found < expected:
      "\(path): truncated, the header asks for \(expected) bytes and there are \(found)"
    case .wrongLength(let path, let expected, let found):
      "\(path): \(found - expected) bytes follow the \(expected) that the header asks for"
    case .integerTooLarge(let path, let value):
      "\(path): \(value) does not fit a signed 64-bit integer"
    }
  }

  private static func remedy(_ type: String) -> String {
    if type.hasPrefix(">") { return "big-endian, convert with .astype('<\(type.dropFirst())')" }
    if type.hasPrefix("|O") {
      return "Python objects, convert with .astype('<f4') or .astype('<i8')"
    }
    if type.contains("U") || type.contains("S") {
      return "text, number the classes with numpy.unique(labels, return_inverse=True)[1]"
    }
    return "convert to little-endian floats (f2, f4, f8) or integers (i1 to i8, u1 to u8)"
  }
}
