/// A reason a file cannot be read or written, whatever its format.
public enum FileError: Error, Equatable {
  case cannotRead(path: String, reason: String)
  case notAFile(path: String)
  case truncated(path: String, wanted: Int, at: Int)
  case cannotWrite(path: String, reason: String)

  /// Whether writing failed, not reading.
  public var isAboutWriting: Bool {
    if case .cannotWrite = self { true } else { false }
  }
}

extension FileError: CustomStringConvertible {
  /// The reason in one line, fit for a terminal.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notAFile(let path): "\(path): is not a regular file; give the path of a file"
    case .truncated(let path, let wanted, let offset):
      "\(path): does not hold the \(wanted) bytes that begin at byte \(offset); it is incomplete, "
        + "get it again"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
